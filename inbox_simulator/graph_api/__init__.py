"""The Graph API of the simulator: requests in every form that client libraries use."""
