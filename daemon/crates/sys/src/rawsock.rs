//! Raw IP and packet sockets for VRRP, ARP and neighbour discovery.
