"""What processes say to one another: the events of the services, schemas/ holds their exported documents; and what gateway
and security exchange over HTTP. One module each."""
