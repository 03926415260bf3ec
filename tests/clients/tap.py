"""Listens between the clients and the server, so that checks can say what a client really asked.

    tap.py UPSTREAM REQUESTS

Prints the address it listens on, passes every byte on unchanged to the address that the file UPSTREAM names by
then, and appends one line for each request ("GET /ogc?f=json") to the file REQUESTS.
"""

import asyncio
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

REQUEST_LINE = re.compile(rb"^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\S+) HTTP/1\.1\r$", re.MULTILINE)


async def main(upstream: Path, requests: Path) -> None:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server = urlsplit(upstream.read_text().strip())
        try:
            from_server, to_server = await asyncio.open_connection(server.hostname, server.port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pass_on(reader, to_server, note), pass_on(from_server, writer))

    def note(chunk: bytes) -> None:
        for method, target in REQUEST_LINE.findall(chunk):
            log.write(f"{method.decode()} {target.decode(errors='replace')}\n")

    with requests.open("a", buffering=1) as log:
        tap = await asyncio.start_server(meet, "127.0.0.1", 0)
        print(f"http://127.0.0.1:{tap.sockets[0].getsockname()[1]}", flush=True)
        await tap.serve_forever()


async def pass_on(reader, writer, note=lambda chunk: None) -> None:
    try:
        while chunk := await reader.read(1 << 16):
            note(chunk)
            writer.write(chunk)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
