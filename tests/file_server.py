"""An HTTP server of files that breaks off, refuses ranges or lies, as a test wants it."""

from http.server import BaseHTTPRequestHandler


class Handler(BaseHTTPRequestHandler):
    """Serves ``server.files``; ``server.cuts`` says after how many bytes each of the next connections breaks.

    ``server.status`` (path -> HTTP status) are refused, ``server.ranges`` says whether a Range is understood,
    ``server.offset`` how far beside it the answer is, ``server.tells_length`` whether Content-Length is sent.
    """

    def do_GET(self):
        wanted = self.headers.get("Range")
        self.server.asked.append((self.path, wanted))
        if self.path in self.server.status:
            self.send_error(self.server.status[self.path])
            return
        content, begin = self.server.files[self.path], 0
        if wanted and self.server.ranges:
            begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if begin >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            begin += self.server.offset
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        rest = content[begin:]
        if self.server.tells_length:
            self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        cut = self.server.cuts.pop(0) if self.server.cuts else len(rest)
        self.server.sent += min(cut, len(rest))  # before the last byte: then the client may look
        self.wfile.write(rest[:cut])

    def log_message(self, *_):
        pass
