package feed

const maxDepth = 16
