"""A small program that behaves as the tests ask, in place of one of the demo's parts.

`serve SETTING` answers 200 on the port that the setting names, and prints the bodies it is sent;
`parent FILE` starts a child, writes its process id to the file and waits; `stubborn FILE` writes
its own id and then ignores every polite request to end; `fail TEXT` prints and ends with 3.
"""

import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sys.stdout.write(f"{self.path} {body}\n")
        sys.stdout.flush()
        self.do_GET()

    def log_message(self, *_):
        pass


def main() -> int:
    what, argument = sys.argv[1:3]
    if what == "serve":
        ThreadingHTTPServer(("127.0.0.1", int(os.environ[argument])), Answer).serve_forever()
    if what == "fail":
        sys.stdout.write(f"{argument}\n")
        return 3
    if what == "parent":
        child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        Path(argument).write_text(str(child.pid))
    if what == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        Path(argument).write_text(str(os.getpid()))
    while True:
        signal.pause()


if __name__ == "__main__":
    sys.exit(main())
