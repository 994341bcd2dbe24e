"""What the services and the gateway have in common: contracts, the HTTP and event edges, money, access."""
