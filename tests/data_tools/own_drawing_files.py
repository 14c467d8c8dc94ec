"""An SVG file as programs write them: everything that is read, and what is passed over."""

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90">'
OWN_SVG = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<!-- drawn by hand -->{HEAD}<title>cat</title><defs><path d="M0,0 9,9"/></defs>
<rect width="90" height="90" fill="white"/><g transform="translate(10 20) scale(2)">
<path style="fill:none" d="M1,2c3-4,5.5.5,7 8s1 2 3 4q1 1 2 2t3 3a2 2 0 01 4 4h5v-6H1V9z m1 1l3,3"/>
<polyline points="1,2 3,4 5 6" transform="rotate(30, 5, 5)"/><polygon points="1 2 3 4 5 1"/></g>
<line x1="1" y1="2" x2="30" y2="40"/><circle cx="5" cy="6px" r="3"/></svg>"""
