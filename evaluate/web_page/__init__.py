"""One self-contained page: HTML, its style, its charts and sketches; nothing is fetched or run."""
