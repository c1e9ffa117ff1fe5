# SPDX-License-Identifier: GPL-3.0-or-later
"""One question over HTTP, asked in the network that it is started in. It stands alone: another network has nothing else of this program.

``asking.py PORT PATH HOST TIMEOUT`` writes one line of JSON.
"""

from __future__ import annotations

import http.client
import json
import sys

_MOST = 65_536


def ask(port: int, path: str, host: str, timeout: float) -> dict[str, object]:
    """``status`` is 0 where nobody answers; ``text`` then says why."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return {"status": answer.status, "text": answer.read(_MOST).decode(errors="replace")}
    except (OSError, http.client.HTTPException) as error:
        return {"status": 0, "text": str(error) or type(error).__name__}
    finally:
        connection.close()


if __name__ == "__main__":
    print(json.dumps(ask(int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4]))))
