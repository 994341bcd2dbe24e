"""`python -m deploy.documents` writes every document that is made from the code; a test compares what is committed.

`--examples FOLDER` first chooses the examples of operations from what tests have collected in that folder.
`--release` also keeps what the documents promise to clients, with which a test compares later versions.
"""

import argparse
from pathlib import Path

from deploy.documents import events, examples, openapi, released
from deploy.documents.made import ROOT, SERVICES, documents


def main() -> None:
    """Writes every document and prints its name."""
    parser = argparse.ArgumentParser(prog="python -m deploy.documents", description=__doc__)
    parser.add_argument(
        "--examples", type=Path, metavar="FOLDER", help="choose examples from what tests have collected"
    )
    parser.add_argument("--release", action="store_true", help="keep what is promised to clients from now on")
    given = parser.parse_args()
    if given.examples is not None:
        for service in SERVICES:
            print(examples.write_chosen(service, openapi.document(service), given.examples).relative_to(ROOT))
        print(examples.write_refusals_of_gateway(given.examples).relative_to(ROOT))
    for path, content in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        print(path.relative_to(ROOT))
    if given.release:
        for service in SERVICES:
            print(released.write(service, openapi.document(service)).relative_to(ROOT))
        print(events.write_released().relative_to(ROOT))


if __name__ == "__main__":
    main()
