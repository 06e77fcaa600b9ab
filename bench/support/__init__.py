"""What several benchmarks share: servers, clients, data."""
