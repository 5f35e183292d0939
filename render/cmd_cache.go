package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"impasto.net/bridge/plain"
	"impasto.net/plugin/cache"
	"impasto.net/plugin/config"
)

const cacheLong = `cache shows what there is of pictures that Impasto keeps on disk, because they
took minutes: those that a style optimises. A comp that is opened again has them at once.

They are in impasto/pictures in the user's cache folder, $XDG_CACHE_HOME or ~/.cache, and those go
first that were not used for the longest time. IMPASTO_CACHE is how many megabytes they may take:
10000 where it is not set, none at 0.`

// cacheCommand is impasto cache.
func cacheCommand() *cobra.Command {
	var clear bool
	c := &cobra.Command{
		Use: "cache", Short: "Show the pictures that are kept on disk, and remove them",
		Long: cacheLong, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return showCache(clear) },
	}
	c.Flags().BoolVar(&clear, "clear", false, "remove all of them")
	return c
}

func showCache(clear bool) error {
	folder, limit, err := config.DiskCache()
	if err != nil {
		return err
	}
	if limit == 0 {
		fmt.Println("No pictures are kept: IMPASTO_CACHE is 0, or neither XDG_CACHE_HOME nor " +
			"HOME is set.")
		return nil
	}
	c := &cache.Disk{Folder: folder, Limit: limit}
	n, bytes, err := c.Use()
	if err != nil {
		return err
	}
	if clear {
		if err := c.Clear(); err != nil {
			return err
		}
		fmt.Fprintf(plain.Out, "Removed %s from %s.\n", pictureCount(n, bytes), c.Folder)
		return nil
	}
	t := tabwriter.NewWriter(plain.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "folder\t%s\n", c.Folder)
	fmt.Fprintf(t, "kept\t%s\n", pictureCount(n, bytes))
	fmt.Fprintf(t, "limit\t%s\n", megabytes(c.Limit))
	return t.Flush()
}

func pictureCount(n int, bytes int64) string {
	if n == 1 {
		return "1 picture, " + megabytes(bytes)
	}
	return fmt.Sprintf("%d pictures, %s", n, megabytes(bytes))
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }
