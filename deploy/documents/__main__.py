"""`python -m deploy.documents` writes every document that is made from the code; a test compares what is committed."""

from deploy.documents.made import ROOT, documents


def main() -> None:
    """Writes every document and prints its name."""
    for path, content in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
