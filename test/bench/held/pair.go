// The peer that people would write: a goroutine for each connection, on both sides, speaking longhold's frames.
//
//	pair server
//	pair client HOST:PORT CONNECTIONS IDLE_MS SPREAD_MS
//
// Each line on stdin is answered with one line of JSON on stdout: `listens` with the server's address, anything else with a
// report; it exits when stdin ends, or when a connection of the client fails.
package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"
)

const deadline = 5 * time.Second

var open, exchanges int64

func main() {
	address := "\"\""
	switch {
	case len(os.Args) == 2 && os.Args[1] == "server":
		address = strconv.Quote(serve())
	case len(os.Args) == 6 && os.Args[1] == "client":
		connections, idle, spread := number(os.Args[3]), number(os.Args[4]), number(os.Args[5])
		for i := 0; i < connections; i++ {
			go hold(os.Args[2], i, idle, time.Duration(spread)*time.Millisecond*time.Duration(i)/time.Duration(connections))
		}
	default:
		fail("pair server, or pair client HOST:PORT CONNECTIONS IDLE_MS SPREAD_MS", nil)
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		switch lines.Text() {
		case "listens":
			fmt.Printf("[%s]\n", address)
			continue
		case "gc":
			debug.FreeOSMemory()
		}
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		fmt.Printf("{\"open\":%d,\"exchanges\":%d,\"heapBytes\":%d}\n", atomic.LoadInt64(&open), atomic.LoadInt64(&exchanges), memory.HeapAlloc)
	}
}

func serve() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail("listen", err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				fail("accept", err)
			}
			go answer(connection)
		}
	}()
	return listener.Addr().String()
}

func answer(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, 1024)
	said, err := read(connection, buffer)
	if err != nil || said[3] != 1 {
		return
	}
	atomic.AddInt64(&open, 1)
	defer atomic.AddInt64(&open, -1)
	connection.Write(frame(2, []byte(`{"from":{"pod":"s","node":"s","ip":"127.0.0.1","instance":"s"}}`)))
	for {
		said, err := read(connection, buffer)
		if err != nil || said[3] != 3 {
			return
		}
		said[3] = 4
		atomic.AddInt64(&exchanges, 1)
		if _, err := connection.Write(said); err != nil {
			return
		}
	}
}

// Waits in a read through each silence, so that it hears of an end at once; the end of the silence is the read's deadline.
func hold(to string, index, idle int, delay time.Duration) {
	time.Sleep(delay)
	connection, err := net.Dial("tcp", to)
	if err != nil {
		fail("connect", err)
	}
	hello := fmt.Sprintf(`{"id":"g%015x","cohort":"peer","path":"service","speaker":"client","idleMs":[%d],"deadlineMs":5000,"from":{"pod":"g","node":"g","ip":"127.0.0.1","instance":"g"}}`, index, idle)
	if _, err := connection.Write(frame(1, []byte(hello))); err != nil {
		fail("hello", err)
	}
	buffer := make([]byte, 1024)
	connection.SetReadDeadline(time.Now().Add(deadline))
	if said, err := read(connection, buffer); err != nil || said[3] != 2 {
		fail("welcome", err)
	}
	atomic.AddInt64(&open, 1)
	ping := make([]byte, 28)
	for count := uint32(0); ; count++ {
		connection.SetReadDeadline(time.Now().Add(time.Duration(idle) * time.Millisecond))
		if _, err := read(connection, buffer); !errors.Is(err, os.ErrDeadlineExceeded) {
			fail("a word in the silence", err)
		}
		copy(ping, "LH\x01\x03\x00\x00\x00\x14")
		binary.BigEndian.PutUint32(ping[8:], count)
		rand.Read(ping[12:])
		connection.SetReadDeadline(time.Now().Add(deadline))
		if _, err := connection.Write(ping); err != nil {
			fail("ping", err)
		}
		if said, err := read(connection, buffer); err != nil || said[3] != 4 || !bytes.Equal(said[4:], ping[4:]) {
			fail("pong", err)
		}
		atomic.AddInt64(&exchanges, 1)
	}
}

func read(connection net.Conn, buffer []byte) ([]byte, error) {
	if _, err := io.ReadFull(connection, buffer[:8]); err != nil {
		return nil, err
	}
	length := int(binary.BigEndian.Uint32(buffer[4:8]))
	if string(buffer[:3]) != "LH\x01" || length > len(buffer)-8 {
		return nil, errors.New("no frame")
	}
	if _, err := io.ReadFull(connection, buffer[8:8+length]); err != nil {
		return nil, err
	}
	return buffer[:8+length], nil
}

func frame(kind byte, payload []byte) []byte {
	length := len(payload)
	return append([]byte{'L', 'H', 1, kind, byte(length >> 24), byte(length >> 16), byte(length >> 8), byte(length)}, payload...)
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		fail(text, err)
	}
	return value
}

func fail(what string, err error) {
	fmt.Fprintln(os.Stderr, "pair:", what, err)
	os.Exit(1)
}
