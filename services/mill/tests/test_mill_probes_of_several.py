from __future__ import annotations

import socket

from mill.stack.probes import is_listening


def test_of_several_sentinels_one_that_listens_is_enough() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        assert is_listening(f"sentinel://:secret@127.0.0.1:1;sentinel://127.0.0.1:{port}/0", 26379)
        assert not is_listening("sentinel://127.0.0.1:1;sentinel://127.0.0.1:2/0", 26379)
