"""The common code of the services and the gateway: contracts, the HTTP and event edges, money, access."""
