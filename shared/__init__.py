"""What every service and the gateway share: contracts, the HTTP and event edges, money, access."""
