"""Trees of the self test: one that is clean, and what to plant in it."""

import hashlib

MIGRATION = "CREATE TABLE node (id text PRIMARY KEY);\n"
CLEAN = {
    "README.md": "# Foyer\n",
    "common/README.md": "x\n",
    "common/base/README.md": "x\n",
    "common/base/id.h": "// Ids.\n#pragma once\n#include <string>\n",
    "common/base/random.cpp": "#include <random>\n#include \"common/base/id.h\"\n"
                              "int seed() { return std::random_device{}(); }\n",
    "common/base/CMakeLists.txt": "foyer_library(foyer_base SOURCES random.cpp)\n",
    "master/README.md": "x\n",
    "master/CMakeLists.txt": "foyer_library(d SOURCES domain/plan.cpp)\n"
                             "foyer_program(m SOURCES main.cpp)\n",
    "master/main.cpp": "#include \"master/domain/plan.h\"\nint main() { return 0; }\n",
    "master/domain/README.md": "x\n",
    "master/domain/plan.h": "// Plans.\n#pragma once\n#include \"common/base/id.h\"\n"
                            "int plan(int now);\n",
    "master/domain/plan.cpp": "#include \"master/domain/plan.h\"\n"
                              "int plan(int now) { return now; }\n",
    "schemas/README.md": "x\n",
    "schemas/sql/README.md": "x\n",
    "schemas/sql/0001_create_node.sql": MIGRATION,
    "schemas/sql/checksums": hashlib.sha256(MIGRATION.encode()).hexdigest()
    + "  0001_create_node.sql\n",
    "tests/README.md": "x\n",
    "tests/unit/README.md": "x\n",
    "tests/unit/CMakeLists.txt": "foyer_test(unit/domain LABEL unit SOURCES"
                                 " master/domain/plan_test.cpp)\n",
    "tests/unit/master/domain/plan_test.cpp": "#include \"master/domain/plan.h\"\n",
    "deploy/README.md": "x\n",
    "deploy/go": "#!/bin/bash\nset -euo pipefail\nexec true\n",
}

PLAN = "master/domain/plan.cpp"
MAIN = "master/main.cpp"


def body(statement, includes=""):
    return f"{includes}void go() {{ {statement} }}\n"


LONG = "int f() {\n" + "    step();\n" * 70 + "}\n"
# (rule, path, text of the file): the rule is found in that file.
PLANTED = [
    ("layer", PLAN, '#include "master/app/x.h"\n'),
    ("layer", PLAN, '#include "common/log/log.h"\n'),
    ("layer", PLAN, '#include "node-agent/domain/reconcile.h"\n'),
    ("layer", PLAN, '#include "foyer/agent/v1/agent.pb.h"\n'),
    ("layer", "common/base/random.cpp", '#include "common/model/ids.h"\n'),
    ("layer", "common/model/ids.cpp", '#include "common/leadership/record.h"\n'),
    ("layer", "common/tls/a.cpp", '#include "common/wire/status_map.h"\n'),
    ("layer", "master/store/a.cpp", '#include "master/rpc/b.h"\n'),
    ("layer", "master/app/a.cpp", '#include "master/store/b.h"\n'),
    ("layer", "master/app/a.cpp", '#include "common/wire/status_map.h"\n'),
    ("layer", "master/app/a.cpp", '#include "foyer/agent/v1/agent.pb.h"\n'),
    ("layer", "node-agent/app/a.cpp", '#include "common/tls/seal.h"\n'),
    ("layer", "node-agent/runtime/a.cpp", '#include "node-agent/link/b.h"\n'),
    ("layer", "master/http/a.cpp", '#include "master/store/b.h"\n'),
    ("layer", "node-agent/net/a.cpp", '#include "node-agent/runtime/b.h"\n'),
    ("layer", "node-agent/domain/a.cpp", '#include "node-agent/app/b.h"\n'),
    ("layer", "node-agent/domain/a.cpp", '#include "master/domain/b.h"\n'),
    ("layer", "common/new_room/a.cpp", "int a;\n"),
    ("include", PLAN, '#include "plan.h"\n'),
    ("purity", PLAN, "#include <mutex>\n"),
    ("purity", PLAN, "#include <thread>\n"),
    ("purity", PLAN, "#include <fstream>\n"),
    ("purity", PLAN, "#include <grpcpp/grpcpp.h>\n"),
    ("purity", PLAN, "#include <google/protobuf/message.h>\n"),
    ("purity", PLAN, "#include <libpq-fe.h>\n"),
    ("purity", PLAN, "#include <openssl/evp.h>\n"),
    ("purity", PLAN, "#include <nlohmann/json.hpp>\n"),
    ("purity", PLAN, "#include <unistd.h>\n"),
    ("purity", PLAN, body("std::chrono::steady_clock::time_point t;")),
    ("purity", "common/leadership/record.cpp", "#include <atomic>\n"),
    ("banned-clock", MAIN, body("auto t = std::chrono::system_clock::now();")),
    ("banned-clock", MAIN, body("auto t = steady_clock :: now();")),
    ("banned-clock", MAIN, body("clock_gettime(CLOCK_MONOTONIC, &t);")),
    ("banned-clock", MAIN, body("auto t = time(nullptr);")),
    ("banned-sleep", MAIN, body("std::this_thread::sleep_for(1s);")),
    ("banned-sleep", MAIN, body("sleep(3);")),
    ("banned-sleep", "tests/unit/master/domain/plan_test.cpp", body("::usleep(3);")),
    ("banned-random", MAIN, body("std::random_device d;")),
    ("banned-random", MAIN, body("int a = rand();")),
    ("banned-parse", MAIN, body("int a = atoi(text);")),
    ("banned-parse", MAIN, body("int a = std::stoi(text);")),
    ("banned-shell", MAIN, body('system("ls");')),
    ("banned-shell", MAIN, body('auto f = popen("ls", "r");')),
    ("banned-fork", MAIN, body("if (fork() == 0) {}")),
    ("banned-detach", MAIN, body("worker.detach();")),
    ("banned-thread", MAIN, body("std::thread worker(run);")),
    ("banned-stdout", "master/store/a.cpp", body('std::cout << "x";')),
    ("banned-stdout", "master/store/a.cpp", body('printf("x");')),
    ("banned-views", MAIN, body("for (auto x : v | std::views::reverse) {}")),
    ("banned-unsafe", MAIN, body("strcpy(a, b);")),
    ("banned-macro", MAIN, "#define LIMIT 3\n"),
    ("banned-namespace", "master/domain/plan.h",
     "// Plans.\n#pragma once\nusing namespace foyer;\n"),
    ("header", "master/domain/plan.h", "// Plans.\nint plan(int now);\n"),
    ("header", "master/domain/plan.h", "#pragma once\nint plan(int now);\n"),
    ("dead", "master/domain/lonely.h", "// Alone.\n#pragma once\n"),
    ("target", "master/domain/lonely.cpp", "int lonely;\n"),
    ("untested", "master/domain/other.h", "// Other.\n#pragma once\nint other();\n"),
    ("file-size", PLAN, "int a;\n" * 501),
    ("file-size", "tests/tidy/big.py", "a = 1\n" * 501),
    ("function-size", PLAN, LONG),
    ("function-size", PLAN, "namespace a {\nclass B {\n" + LONG + "};\n}\n"),
    ("function-size", "tests/tidy/big.py", "def f():\n" + "    g()\n" * 70),
    ("function-size", "deploy/big.sh", "f() {\n" + "    g\n" * 70 + "}\n"),
    ("columns", PLAN, "// " + "x" * 98 + "\n"),
    ("columns", "schemas/proto/a.proto", "// " + "x" * 138 + "\n"),
    ("text", PLAN, "int a;"),
    ("text", PLAN, "int a;  \n"),
    ("text", PLAN, "int a;\r\n"),
    ("todo", PLAN, "// TO" "DO: later\n"),
    ("todo", "deploy/go", "#!/bin/bash\nset -euo pipefail\n# FIX" "ME soon\n"),
    ("workplace", "README.md", "see /wo" "rk/main\n"),
    ("workplace", PLAN, "// asked by the integ" "rator\n"),
    ("workplace", "package-lock.txt", "https://registry.npm" "js.org/x\n"),
    ("layout", "notes.txt", "x\n"),
    ("migration", "schemas/sql/0001_create_node.sql", "DROP TABLE node;\n"),
    ("migration", "schemas/sql/0002-add.sql", "SELECT 1;\n"),
    ("script", "deploy/go", "#!/bin/bash\nexec true\n"),
    ("script", "deploy/go", "#!/bin/bash\nset -euo pipefail\npkill -f foyer\n"),
    ("script", "deploy/go", "#!/bin/bash\nset -euo pipefail\ncurl -sk https://localhost\n"),
    ("script", "tests/support/a.py", "import requests\n"),
    ("script", "tests/support/a.py", "def (:\n"),
    ("test-name", "tests/unit/CMakeLists.txt", "foyer_test(domain LABEL unit SOURCES a.cpp)\n"),
    ("test-name", "tests/unit/CMakeLists.txt", "foyer_test(pg/a LABEL pg SOURCES a.cpp)\n"),
    ("test-name", "tests/unit/CMakeLists.txt", "foyer_test(unit/a LABEL slow SOURCES a.cpp)\n"),
]

# (path, text): nothing is found, though it looks like something.
SPARED = [
    (MAIN, "// std::thread, sleep(3) and system_clock::now() in a comment\n"),
    (MAIN, body('log("system(ls) rand() std::cout");')),
    (MAIN, body("auto n = std::thread::hardware_concurrency();")),
    (MAIN, body("store.fork(); clock.sleep(1); world.system(2);")),
    (MAIN, "Status system(int a);\nvoid sleep(Clock& clock);\n"),
    (MAIN, body("runtime(3); restart(4); deadline_time(0);")),
    (PLAN, "#include <algorithm>\n#include <chrono>\n#include <map>\n"),
    ("tests/clients/second_agent.py", "import cryptography\nimport grpc\n"),
    ("master/store/a.cpp", '#include "common/tls/sha256.h"\n#include <libpq-fe.h>\n'),
    ("master/rpc/a.cpp", '#include "foyer/agent/v1/agent.pb.h"\n#include <grpcpp/grpcpp.h>\n'),
    ("master/cli/a.cpp", body('std::cout << "x";')),
    ("tests/unit/master/a_test.cpp", "using namespace foyer;\n" + body("std::thread t(run);")),
    ("schemas/proto/a.proto", "// " + "x" * 120 + "\n"),
    (PLAN, "// see https://example.org/" + "x" * 100 + "\n"),
    (PLAN, "// TO" "DO(#12): later\n"),
    (PLAN, "int f() {\n" + "    step();\n" * 68 + "}\n"),
]
