"""Reading and writing: folders of text files, their encodings and line ends."""
