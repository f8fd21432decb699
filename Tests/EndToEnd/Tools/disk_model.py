"""What a disk had kept when the power went, from a journal of fault_injector.c.

Bytes are kept once their file was synchronized, and names once their folder was; a synchronization of the whole file system keeps all. What
was not synchronized may be there or not: the names of one folder in their order, the bytes of a file by each write on its own. That is less
than any journaling file system promises.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Node:
    mode: int
    is_folder: bool = False
    data: bytearray = field(default_factory=bytearray)
    entries: dict = field(default_factory=dict)

    def copy(self):
        return Node(self.mode, self.is_folder, bytearray(self.data), dict(self.entries))


@dataclass
class Change:
    """A call's effect. `nodes` are those whose synchronization keeps it: a file for bytes, one or two folders for names."""

    nodes: tuple
    apply: object
    is_name: bool


def write(node, offset, data):
    def apply(nodes):
        kept = nodes[node].data
        kept.extend(bytes(max(0, offset - len(kept))))
        kept[offset : offset + len(data)] = data

    return Change((node,), apply, False)


def truncate(node, size):
    def apply(nodes):
        kept = nodes[node].data
        del kept[size:]
        kept.extend(bytes(size - len(kept)))

    return Change((node,), apply, False)


def names(*changes):
    """Entries of folders, changed at once: (folder, name, node or None)."""

    def apply(nodes):
        for folder, name, node in changes:
            if node is None:
                nodes[folder].entries.pop(name, None)
            else:
                nodes[folder].entries[name] = node

    return Change(tuple({folder for folder, _, _ in changes}), apply, True)


class Disk:
    def __init__(self, root):
        """The folder `root` as it is, all of it kept. To be made before the journal begins."""
        self.root, self.inodes, self.pending, self.next = Path(root), {}, [], 0
        # What is kept, and what the kernel shows.
        self.nodes, self.now = {}, {}
        self.top = self.scan(self.root)

    def scan(self, path):
        status = path.lstat()
        if path.is_dir():
            entries = {child.name: self.scan(child) for child in path.iterdir()}
            return self.add(status.st_ino, Node(status.st_mode & 0o7777, True, entries=entries))
        return self.add(status.st_ino, Node(status.st_mode & 0o7777, data=bytearray(path.read_bytes())))

    def add(self, inode, node):
        """A node that has just been made; its number. An inode's number may have been another file's before."""
        number = self.next = self.next + 1
        self.nodes[number], self.inodes[inode] = node, number
        self.now[number] = node.copy()
        return number

    def place(self, path):
        """The folder's node and the name in it."""
        parts = Path(os.path.normpath(path)).relative_to(self.root).parts
        number = self.top
        for part in parts[:-1]:
            number = self.now[number].entries[part]
        return number, parts[-1]

    def at(self, path):
        folder, name = self.place(path)
        return self.now[folder].entries.get(name)

    def happen(self, change):
        change.apply(self.now)
        self.pending.append(change)

    def keep(self, node):
        """All that hangs on this node; and where a name went from one folder to another, what was done in both before."""
        wanted = {node}
        while True:
            chosen = [change for change in self.pending if wanted.intersection(change.nodes)]
            more = {other for change in chosen for other in change.nodes} | wanted
            if more == wanted:
                break
            wanted = more
        for change in chosen:
            change.apply(self.nodes)
        self.pending = [change for change in self.pending if not wanted.intersection(change.nodes)]

    def take(self, call):
        kind, inode, number, path, other, data = call
        node = self.inodes.get(inode)
        if kind == "W":
            self.happen(write(node, number, data))
        elif kind == "T":
            self.happen(truncate(node, number))
        elif kind == "M":
            self.nodes[node].mode = number
        elif kind == "S":
            self.keep(node)
        elif kind == "F":
            for change in self.pending:
                change.apply(self.nodes)
            self.pending = []
        elif kind in "CD":
            made = self.add(inode, Node(number & ~0o022, kind == "D"))
            self.happen(names((*self.place(path), made)))
        elif kind == "R":
            moved = self.at(path)
            there = self.at(other) if number else None
            self.happen(names((*self.place(path), there), (*self.place(other), moved)))
        elif kind == "L":
            self.happen(names((*self.place(other), self.at(path))))
        elif kind == "U":
            self.happen(names((*self.place(path), None)))

    def left(self, choice):
        """The nodes after the power went. `choice(change)` says whether a change that was not synchronized is there; in a folder all
        before one that is are there too."""
        nodes = {number: node.copy() for number, node in self.nodes.items()}
        last = {}
        chosen = [choice(change) for change in self.pending]
        for index, change in enumerate(self.pending):
            if chosen[index] and change.is_name:
                for folder in change.nodes:
                    last[folder] = index
        for index in reversed(range(len(self.pending))):
            change = self.pending[index]
            if change.is_name and any(last.get(folder, -1) >= index for folder in change.nodes):
                chosen[index] = True
                for folder in change.nodes:
                    last[folder] = max(last.get(folder, -1), index)
        for index, change in enumerate(self.pending):
            if chosen[index]:
                change.apply(nodes)
        return nodes

    def files(self):
        """Paths below the root, and their bytes, as whoever reads now sees them."""

        def below(number, path):
            for name, child in self.now[number].entries.items():
                if self.now[child].is_folder:
                    yield from below(child, f"{path}{name}/")
                else:
                    yield path + name, self.now[child].data

        return below(self.top, "")

    def write_out(self, nodes, target):
        def make(number, path):
            node = nodes[number]
            if node.is_folder:
                path.mkdir()
                for name, child in node.entries.items():
                    # The shared memory beside SQLite's log is made anew at each start.
                    if not name.endswith("-shm"):
                        make(child, path / name)
            else:
                path.write_bytes(node.data)
            path.chmod(node.mode)

        make(self.top, Path(target))


def calls(path):
    """The journal's calls: (kind, inode, number, path, other path, bytes)."""
    found = []
    with open(path, "rb") as journal:
        while line := journal.readline():
            kind, inode, number, first, second, size = line.decode().rstrip("\n").split("\t")
            found.append((kind, int(inode), int(number), first, second, journal.read(int(size))))
    return found
