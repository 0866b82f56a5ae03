"""How Table Store speaks: protocol buffers, the messages in them, and the rows in those."""
