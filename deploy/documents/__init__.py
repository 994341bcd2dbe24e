"""Documents that are made from the code: OpenAPI, event schemas, AsyncAPI, and pages of docs/."""
