"""A switch for Ethernet frames that treats them badly: it delays, loses, repeats, reorders and spoils them.

    rough-switch.py PORTS

Makes so many TAP devices, port0, port1 and so on, in the network namespace in which it is started; whoever starts it moves each into the
namespace of a host. A host's MAC address ends in its port's number. Each line of the input is a treatment of all frames from
then on, as JSON; each is answered by a line that counts what was done until then. It ends with its input.
"""

import fcntl
import heapq
import json
import os
import random
import select
import struct
import sys
import time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
MAC_START = bytes([2, 0, 0, 0, 0])
"""The addresses of the hosts, but for the last byte."""
HEADERS = 14 + 20 + 32
"""Bytes of the headers of Ethernet, IP and TCP with time stamps. Only what follows them is spoiled."""

GENTLE = {"delayMs": 0, "jitterMs": 0, "lost": 0, "repeated": 0, "reordered": 0, "spoiled": 0, "forged": 0, "seed": 1}


def open_tap(name):
    """The file of a TAP device, one frame for each read and write."""
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return tap


def spoil(frame, chance):
    """Flips a bit, which the checksum of TCP shows."""
    spoiled = bytearray(frame)
    spoiled[chance.randrange(HEADERS, len(frame))] ^= 1 << chance.randrange(8)
    return bytes(spoiled)


def forge(frame, chance):
    """Swaps two different words of the payload, which the checksum of TCP, a sum of words, does not show."""
    words = range(HEADERS, len(frame) - 1, 2)
    one, other = chance.choice(words), chance.choice(words)
    forged = bytearray(frame)
    forged[one : one + 2], forged[other : other + 2] = frame[other : other + 2], frame[one : one + 2]
    return bytes(forged)


class Switch:
    def __init__(self, ports):
        self.taps = [open_tap(f"port{port}") for port in range(ports)]
        self.treatment = dict(GENTLE)
        self.chance = random.Random(1)
        self.counts = dict.fromkeys(("frames", "lost", "repeated", "reordered", "spoiled", "forged"), 0)
        # Frames under way: when each is due, which came first, its port, its bytes.
        self.under_way = []
        self.sent = 0
        # When the last frame from one port to another is due: those that are not reordered come after it.
        self.last_due = {}

    def hits(self, what):
        """Whether chance has it that this is done to a frame; if so it is counted."""
        if self.chance.random() >= self.treatment[what]:
            return False
        self.counts[what] += 1
        return True

    def forward(self, source, frame):
        """Sends a frame on to the port that its address names, or to all."""
        address = frame[:6]
        if address[0] & 1:
            targets = [port for port in range(len(self.taps)) if port != source]
        elif address[:5] == MAC_START and address[5] < len(self.taps):
            targets = [address[5]]
        else:
            return
        for target in targets:
            self.treat(source, target, frame)

    def treat(self, source, target, frame):
        self.counts["frames"] += 1
        if self.hits("lost"):
            return
        if len(frame) > HEADERS + 8:
            if self.hits("spoiled"):
                frame = spoil(frame, self.chance)
            elif self.hits("forged"):
                frame = forge(frame, self.chance)
        for _copy in range(2 if self.hits("repeated") else 1):
            self.send((source, target), frame)

    def send(self, way, frame):
        now = time.monotonic()
        if self.hits("reordered"):
            due = now
        else:
            delay_ms = self.treatment["delayMs"] + self.treatment["jitterMs"] * self.chance.uniform(-1, 1)
            due = max(now + delay_ms / 1000, self.last_due.get(way, 0))
            self.last_due[way] = due
        self.sent += 1
        heapq.heappush(self.under_way, (due, self.sent, way[1], frame))

    def deliver_due(self):
        while self.under_way and self.under_way[0][0] <= time.monotonic():
            _due, _sent, port, frame = heapq.heappop(self.under_way)
            try:
                os.write(self.taps[port], frame)
            except OSError:
                pass  # Its host is gone, or has no room: one more that is lost.

    def wait_ms(self):
        """Until the next frame is due; None for as long as nothing comes."""
        if not self.under_way:
            return None
        return max(0, (self.under_way[0][0] - time.monotonic()) * 1000)

    def read(self, port):
        try:
            while True:
                self.forward(port, os.read(self.taps[port], 65536))
        except BlockingIOError:
            return

    def obey(self, line):
        self.treatment = {**GENTLE, **json.loads(line)}
        self.chance.seed(self.treatment["seed"])
        print(json.dumps(self.counts), flush=True)

    def run(self):
        poll = select.poll()
        ports = {tap: port for port, tap in enumerate(self.taps)}
        for tap in self.taps:
            poll.register(tap, select.POLLIN)
        commands = sys.stdin.fileno()
        poll.register(commands, select.POLLIN)
        print(json.dumps(self.counts), flush=True)
        while True:
            for file, _event in poll.poll(self.wait_ms()):
                if file in ports:
                    self.read(ports[file])
                else:
                    line = sys.stdin.readline()
                    if line == "":
                        return
                    self.obey(line)
            self.deliver_due()


Switch(int(sys.argv[1])).run()
