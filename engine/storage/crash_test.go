package storage

func childMain(dir string) {}
