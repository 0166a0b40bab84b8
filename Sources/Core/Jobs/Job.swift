package struct Job {}
