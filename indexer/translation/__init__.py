"""Machine translation of articles into English, by models that the person has put into a folder."""
