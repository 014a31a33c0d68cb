"""The viewer: a page in the browser that shows what the stack knows, and where goals are typed."""
