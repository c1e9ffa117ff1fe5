// A worker of somebody's own: takes one job after the other from Redis, writes down that it did it, and nobody asks it anything. Told to end,
// it ends the job that it has, and takes no other.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var version = "none"

// Redis speaks: one command, one answer.
type redis struct {
	connection net.Conn
	answers    *bufio.Reader
}

func (to redis) ask(words ...string) string {
	command := fmt.Sprintf("*%d\r\n", len(words))
	for _, word := range words {
		command += fmt.Sprintf("$%d\r\n%s\r\n", len(word), word)
	}
	_, err := io.WriteString(to.connection, command)
	check(err)
	return to.answer()
}

// What is not there is an empty text; of several answers, the last.
func (to redis) answer() string {
	line, err := to.answers.ReadString('\n')
	check(err)
	line = strings.TrimRight(line, "\r\n")
	length, _ := strconv.Atoi(line[1:])
	switch line[0] {
	case '-':
		check(fmt.Errorf("redis: %s", line))
	case '$':
		if length >= 0 {
			text := make([]byte, length+2)
			_, err = io.ReadFull(to.answers, text)
			check(err)
			return string(text[:length])
		}
		return ""
	case '*':
		last := ""
		for ; length > 0; length-- {
			last = to.answer()
		}
		return last
	}
	return line[1:]
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	over := make(chan os.Signal, 1)
	signal.Notify(over, syscall.SIGTERM)
	connection, err := net.DialTimeout("tcp", os.Getenv("QUEUE"), 10*time.Second)
	check(err)
	to, host := redis{connection, bufio.NewReader(connection)}, os.Getenv("HOST")
	fmt.Println("at work:", version, "on", host)
	for len(over) == 0 {
		if job := to.ask("BLMOVE", "queue", "taken", "LEFT", "RIGHT", "0.2"); job != "" {
			do(to, job, host)
		}
	}
	fmt.Println("told to end")
}

func do(to redis, job string, host string) {
	to.ask("RPUSH", "together:"+host, to.ask("INCR", "at-work:"+host))
	time.Sleep(30 * time.Millisecond)
	to.ask("MULTI")
	to.ask("HINCRBY", "done", job, "1")
	to.ask("HINCRBY", "by", host+" "+version, "1")
	to.ask("LREM", "taken", "1", job)
	to.ask("DECR", "at-work:"+host)
	to.ask("EXEC")
}
