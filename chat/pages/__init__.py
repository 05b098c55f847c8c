"""The pages that Django renders: setting up, signing in and up, one's account, and the one that the chat lives in."""
