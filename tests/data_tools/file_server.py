"""A web server on this machine that serves what a test gives it, and spoils answers on demand."""

import contextlib
import http.server
import threading
import urllib.parse
from collections.abc import Iterator


class _Handler(http.server.BaseHTTPRequestHandler):
  """Serves `server.content` (path -> bytes, or the address to go to) with ranges.

  `server.faults` spoil the next answers: an HTTP status, or "cut", "no ranges", "wrong range",
  "no length", "cut without length", "short" (announces more than comes). `server.requests` notes
  (path, range asked for).
  """

  def do_GET(self):
    self.server.requests.append((self.path, self.headers.get("Range")))
    self.server.hold.wait()
    body = self.server.content.get(urllib.parse.unquote(self.path))
    if body is None:
      return self.send_error(404)
    fault = self.server.faults.pop(0) if self.server.faults else None
    if isinstance(fault, int):
      return self.send_error(fault)
    if isinstance(body, str):
      self.send_response(302)
      self.send_header("Location", body)
      self.send_header("Content-Length", "0")
      return self.end_headers()
    begin = int(self.headers.get("Range", "bytes=0-")[6:-1])
    if fault == "no ranges":
      begin = 0
    if begin and begin >= len(body) and fault != "short":
      self.send_response(416)
      self.send_header("Content-Range", f"bytes */{len(body)}")
      self.send_header("Content-Length", "0")
      return self.end_headers()
    self._send(body, begin, fault)

  def _send(self, body, begin, fault):
    self.send_response(206 if begin else 200)
    if begin:
      shown = begin + 5 if fault == "wrong range" else begin
      self.send_header("Content-Range", f"bytes {shown}-{len(body) - 1}/{len(body)}")
    if fault not in ("no length", "cut without length"):
      self.send_header("Content-Length", str(len(body) - begin + (99 if fault == "short" else 0)))
    self.end_headers()
    rest = body[begin:]
    self.wfile.write(rest[:len(rest) // 2] if fault in ("cut", "cut without length") else rest)

  def log_message(self, *_):
    pass


@contextlib.contextmanager
def serving(monkeypatch) -> Iterator[http.server.ThreadingHTTPServer]:
  """A running server; attributes: content, faults, requests, hold (an Event: answers wait), url."""
  monkeypatch.delenv("SKETCH_ZOO_OFFLINE", raising=False)
  monkeypatch.setenv("no_proxy", "127.0.0.1")
  server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
  server.content, server.faults, server.requests = {}, [], []
  server.hold = threading.Event()
  server.hold.set()
  server.url = f"http://127.0.0.1:{server.server_address[1]}"
  thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
  thread.start()
  try:
    yield server
  finally:
    server.hold.set()
    server.shutdown()
    thread.join()
    server.server_close()
