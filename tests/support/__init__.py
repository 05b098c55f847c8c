"""What the tests stand on: real servers, real clients, a real Redis, and a cast of people."""
