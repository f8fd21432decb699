"""An issuer that has its certificates in a folder, one file an id, and misbehaves in the way that it is told.

  misbehaving.py MODE FOLDER
"""
import json, os, signal, subprocess, sys, time

mode, folder = sys.argv[1:3]
marker = os.path.join(folder, "marker")


def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def certificate(id):
    with open(os.path.join(folder, id + ".pem")) as file:
        return file.read()


def answer(request, **more):
    say(json.dumps({"id": request["id"], "certificate": certificate(request["id"]), **more}) + "\n")


def refuse(request, retry):
    say(json.dumps({"id": request["id"], "error": {"code": "busy", "message": "not \x1b now", "retry": retry}}) + "\n")


def requests():
    for line in sys.stdin:
        with open(os.path.join(folder, "asked"), "a") as file:
            file.write(json.loads(line)["id"] + "\n")
        yield json.loads(line)


if mode == "reversed":
    batch = [next(lines) for lines in [requests()] for _ in range(5)]
    for request in reversed(batch):
        answer(request)
elif mode == "garbage":
    for number, request in enumerate(requests()):
        answer(request) if number < 2 else say("hello\n")
elif mode == "half-line":
    for number, request in enumerate(requests()):
        if number == 2:
            say('{"id": "')
            break
        answer(request)
elif mode == "twice":
    for request in requests():
        answer(request)
        answer(request)
elif mode == "unknown":
    for request in requests():
        answer(request)
        say('{"id": "nobody", "certificate": ""}\n')
elif mode == "long-line":
    next(requests())
    say("x" * 300_000)
    time.sleep(60)
elif mode == "refuses-one":
    for number, request in enumerate(requests()):
        refuse(request, False) if number == 1 else answer(request)
elif mode == "busy-once":
    seen = set()
    for request in requests():
        answer(request) if request["id"] in seen else refuse(request, True)
        seen.add(request["id"])
elif mode == "busy":
    for request in requests():
        refuse(request, True)
elif mode == "deaf":
    time.sleep(60)
elif mode == "silent":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with open(marker, "w") as file:
        file.write(str(os.getpid()))
    for request in requests():
        time.sleep(60)
elif mode == "closes-output":
    answer(next(requests()))
    sys.stdout.flush()
    os.close(1)
    for line in sys.stdin:
        pass
elif mode == "closes-input":
    request = next(requests())
    os.close(0)
    answer(request)
    time.sleep(0.5)
    os._exit(0)
elif mode == "leaves-a-child":
    answer(next(requests()))
    child = subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL)
    with open(marker, "w") as file:
        file.write(str(child.pid))
    os._exit(0)
elif mode == "dies-once":
    for number, request in enumerate(requests()):
        if number == 2 and not os.path.exists(marker):
            open(marker, "w").close()
            os._exit(3)
        answer(request)
elif mode == "dies":
    next(requests())
    os._exit(7)
elif mode == "talks-at-the-end":
    for request in requests():
        answer(request)
    say('{"id": "nobody"}\nhello')
    sys.exit(5)
elif mode == "complains":
    for number, request in enumerate(requests()):
        sys.stderr.write("first \x1b[31m line\nsecond\n" if number == 0 else "more\n" * 1000)
        sys.stderr.write("y" * 5000)
        sys.stderr.flush()
        answer(request)
elif mode == "swaps":
    batch = [next(lines) for lines in [requests()] for _ in range(5)]
    answer(batch[0])
    say(json.dumps({"id": batch[1]["id"], "certificate": certificate(batch[2]["id"])}) + "\n")
elif mode == "wrong-chain":
    for request in requests():
        answer(request, chain=[certificate(request["id"])])
elif mode == "right-chain":
    for request in requests():
        answer(request, chain=[certificate("authority")])
else:
    for request in requests():
        answer(request)
