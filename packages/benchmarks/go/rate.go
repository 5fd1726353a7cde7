package main

import (
	"fmt"
	"math"
	"runtime"
	"time"
)

const (
	firstSize = 1024
	// Part of the measured time that a run must take to tell how much work fills it.
	trialShare = 0.25
)

// measureRate doubles the work until it takes a while, then times one long run, and returns the units done in a
// second. Work does about so many units, makes sure that all were done, and returns how many.
func measureRate(work func(size int) (int, error), measured time.Duration) (float64, error) {
	for size := firstSize; ; size *= 2 {
		started := time.Now()
		if _, err := work(size); err != nil {
			return 0, err
		}
		took := time.Since(started).Seconds()
		if took < measured.Seconds()*trialShare {
			continue
		}
		started = time.Now()
		done, err := work(int(math.Ceil(float64(size) * measured.Seconds() / took)))
		return float64(done) / time.Since(started).Seconds(), err
	}
}

// expectCount fails unless all that was sent arrived.
func expectCount(arrived, expected int) error {
	if arrived != expected {
		return fmt.Errorf("%d arrived instead of %d", arrived, expected)
	}
	return nil
}

// liveHeapBytes collects garbage and returns what is left.
func liveHeapBytes() float64 {
	// What finalisers held goes with the second collection.
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc)
}
