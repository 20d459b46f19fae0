"""Runs Debian's aws cli once for each line {"args": [...], "env": {...}} on stdin, as /usr/bin/aws does, and answers with its output.

Each run is a process of its own, forked from this one that has loaded the program: to load it takes longer than most commands.
"""
import json
import os
import sys
import tempfile

import awscli.clidriver


def run(args, env):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if pid == 0:
            code = 255
            try:
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                os.environ.update(env)
                sys.argv = ["aws", *args]
                code = awscli.clidriver.main()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        out.seek(0)
        err.seek(0)
        if code != 0:
            return {"error": f"aws {' '.join(args)} ended with {code}\n{out.read().decode()}\n{err.read().decode()}"}
        return {"value": out.read().decode()}


for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(run(asked["args"], asked["env"])), flush=True)
