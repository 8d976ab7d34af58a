"""The demo's data, made through the product's own operations at the times when it happened."""
