"""The Graph API: a GraphQL schema with thin resolvers over the use cases, and the endpoint that serves it."""
