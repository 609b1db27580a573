"""The tables of the tidy test: who includes whom, what may be called where, what is too long.

Change a table together with common/docs/architecture.md; a single case goes to exceptions.list.
"""

import re

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100

# Python beside the standard library: packages of deploy/packages/test.list, and who may need them.
PYTHON_PACKAGES = {"jsonschema": ["tests/api"], "yaml": ["tests/cli/output_test.py"],
                   "aiosmtpd": ["tests/support/mail_server.py", "tests/support/plain_mailbox.py"],
                   "dkim": ["tests/runtime/mail_test.py", "tests/e2e/mail_test.py"],
                   "grpc": ["tests/clients/second_agent.py"],
                   "cryptography": ["tests/clients/second_agent.py"]}

TOP_FOLDERS = {".ci", ".github", "common", "deploy", "master", "node-agent", "schemas", "tests"}
TOP_FILES = {".clang-format", ".clang-tidy", ".gitignore", "CMakeLists.txt", "CMakePresets.json",
             "LICENSE", "README.md", "CHANGELOG.md"}

# Folder -> the folders of ours it may include. A folder always includes itself and its own
# subfolders. Arrows point one way; a folder that is not here may not hold C++.
BASE = ["common/base"]
MODEL = BASE + ["common/model"]
PURE = MODEL + ["common/leadership"]
TOOLS = PURE + ["common/os", "common/log", "common/tls", "common/wire"]
# app may use the tools below it, never the borders beside it and never a message of the wire.
MASTER_APP = PURE + ["common/os", "common/log", "common/tls", "master/domain"]
MASTER_EDGE = TOOLS + ["master/domain", "master/app"]
AGENT_APP = PURE + ["common/log", "node-agent/domain"]
AGENT_EDGE = TOOLS + ["node-agent/domain", "node-agent/app"]
PROTO = ["foyer"]  # generated headers: foyer/agent/v1/agent.pb.h

LAYERS = {
    "common/base": [],
    "common/model": BASE,
    "common/leadership": MODEL,
    "common/os": MODEL,
    "common/log": MODEL + ["common/os"],
    "common/tls": MODEL + ["common/os", "common/log"],
    "common/wire": PURE + ["common/tls", "common/log"] + PROTO,
    "master/domain": PURE,
    "master/app": MASTER_APP,
    "master/store": MASTER_EDGE,
    # Who is at the door is proved before it is decided what follows.
    "master/login": MASTER_EDGE,
    "master/letters": ["common/base", "common/model", "common/leadership", "master/domain"],
    "master/rpc": MASTER_EDGE + ["master/login", "master/letters"] + PROTO,
    "master/http": MASTER_EDGE + PROTO,
    "master/notices": MASTER_EDGE,
    "master/portal": MASTER_EDGE,
    "master/cli": TOOLS + PROTO,
    "master": TOOLS + ["master"],
    "node-agent/domain": PURE,
    "node-agent/app": AGENT_APP,
    # A partition is containers, a network and a volume: runtime puts the box together.
    "node-agent/runtime": AGENT_EDGE + ["node-agent/fence", "node-agent/net", "node-agent/volume"],
    # The killer: nothing that could wait, allocate or fail beside it.
    "node-agent/fence": BASE,
    "node-agent/net": AGENT_EDGE,
    "node-agent/volume": AGENT_EDGE,
    "node-agent/state": AGENT_EDGE,
    "node-agent/link": AGENT_EDGE + PROTO,
    "node-agent/edge": AGENT_EDGE,
    # The box alone: it knows of no master and no copies.
    "node-agent/care": MODEL + ["common/os", "common/log"],
    "node-agent": TOOLS + ["node-agent"],
    "schemas": [],
    "deploy": TOOLS,
    "tests": TOOLS + PROTO + ["common", "master", "node-agent", "tests"],
}

# Folders whose code is a function of its arguments: no clock, thread, log, file, wire or database.
PURE_FOLDERS = ["common/base", "common/model", "common/leadership", "master/domain",
                "node-agent/domain"]
PURE_STRICT = ["common/model", "common/leadership", "master/domain", "node-agent/domain"]
IMPURE_INCLUDES = re.compile(
    r"^(grpc|google/protobuf|libpq|postgres|openssl|nlohmann|toml\+\+|CLI|boost/(asio|beast)|"
    r"prometheus|fstream|iostream|filesystem|thread|mutex|shared_mutex|condition_variable|atomic|"
    r"future|stop_token|semaphore|latch|barrier|random|sys/|unistd\.h|fcntl\.h|time\.h|ctime|"
    r"cstdio|stdio\.h|signal\.h|csignal|poll\.h|netinet/|arpa/|pthread\.h)")
# <atomic>: owners of a shared value are counted, which nobody sees.
IMPURE_ALLOWED = {
    "common/base": re.compile(r"^(sys/random\.h|cstdio|ctime|time\.h|random|atomic)$")}

# (name, pattern over code without comments and strings, folders where it may stand, what to do)
FREE = r"(?<![\w.>:])(?:::)?"  # a free function, perhaps spelled ::name
PARSE = "atoi|atol|atoll|atof|stoi|stol|stoll|stoul|stoull|stof|stod|sscanf|strtok"
BANNED = [
    ("clock", r"\b(system_clock|steady_clock|high_resolution_clock)\s*::\s*now\b",
     ["common/base", "tests"], "take `now` as an argument, or a Clock&"),
    ("clock", FREE + r"(?:clock_gettime|gettimeofday|time\s*\(\s*(?:NULL|nullptr|0)\s*\))",
     ["common/base"], "take `now` as an argument, or a Clock&"),
    ("sleep", r"\b(sleep_for|sleep_until|usleep|nanosleep|clock_nanosleep)\s*\(|"
     + FREE + r"sleep\s*\(",
     [], "wait on an event with a deadline; a bounded sleep cannot be woken"),
    ("random", r"\brandom_device\b|" + FREE + r"s?rand\s*\(", ["common/base"], "take an Rng&"),
    ("parse", rf"\b({PARSE})\s*\(", [], "parse with std::from_chars and check all of it"),
    ("shell", r"(?<![\w.>:])(?:::|std::)?(system|popen)\s*\(",
     [], "start programs with common/os/child_process: no shell, no pid reuse"),
    ("fork", FREE + r"v?fork\s*\(", ["common/os", "node-agent/tools", "tests/hostile"],
     "a threaded process must not fork: common/os/child_process"),
    ("detach", r"\.\s*detach\s*\(\s*\)|\bpthread_create\b", [], "nothing is detached"),
    ("thread", r"\bstd::thread\b(?!::)", ["tests"], "std::jthread with an owner"),
    ("stdout", r"\bstd::(cout|printf|puts|putchar)\b|" + FREE + r"(?:printf|puts|putchar)\s*\("
     r"|\bfmt::print\s*\(",
     ["master/cli", "master/main.cpp", "node-agent/main.cpp", "tests"],
     "programs log through common/log; only the CLI prints"),
    ("views", r"\bstd::(ranges::)?views\b|\branges::views\b", [],
     "std::ranges algorithms and loops only: views hide lifetimes"),
    ("unsafe", r"\b(strcpy|strcat|sprintf|vsprintf|gets|tmpnam|mktemp)\s*\(", [],
     "unbounded: use std::string, fmt or mkstemp"),
    ("macro", r"^[ \t]*#[ \t]*define[ \t]+(?!TRY\b|CHECK\b|CATCH_CONFIG_|TOML_|_GNU_SOURCE\b)\w+",
     [], "a constexpr or a function; macros are TRY and CHECK only"),
]
BANNED_IN_HEADERS = [
    ("namespace", r"\busing\s+namespace\b", [], "it reaches everyone who includes this"),
]

# A header of these folders that declares functions needs tests/unit/…/x_test.cpp which includes it.
TESTED_FOLDERS = ["master/domain", "node-agent/domain", "common/leadership"]

TODO = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))")

# The repository speaks of Foyer alone. Patterns are split so that this file does not match itself.
WORKPLACE = re.compile("|".join([
    r"/wo" r"rk/(main|shared|\.library)", r"(?<![\w/])/tm" r"p/w/", r"\bbrief" r"\.md\b",
    r"\bAI[- ]" r"(generated|assisted|agent)", r"\bChat" r"GPT\b", r"\bCla" r"ude\b",
    r"\bAnth" r"ropic\b", r"\blanguage mo" r"del\b", r"\bcoding ag" r"ent\b",
    r"\bsub-?age" r"nts?\b", r"\b(helper|AI) sess" r"ions?\b",
    r"\bthe integ" r"rator\b", r"\bother help" r"ers?\b", r"\bregistry\.npm" r"js\.org\b",
    r"\bfiles\.python" r"hosted\.org\b", r"\bissues " r"show\b"]))

TEST_LABELS = {"unit", "pg", "sim", "model", "lab", "vm", "e2e", "home"}
TEST_NAME = re.compile(r"^(unit|property|cli|pg|sim|model|lab|e2e|fuzz|bench|tidy|schemas|vm|"
                       r"image|package|support)/[a-z0-9_./-]+$")
# Programs that run inside an image are written for its shell and its libraries, not for ours.
IMAGE_FOLDERS = ["deploy/software", "tests/image"]
