// A small release.json that has every part.
#pragma once

#include <string>

namespace foyer::fuzz {

inline std::string sample_release() {
    return R"({"schema":1,"name":"echo","version":"1-1","title":"Echo","summary":"Says it again.",
"image":{"digest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
"os":"linux","architecture":"amd64","compressed_bytes":10,"unpacked_bytes":20},
"command":["/bin/serve","-x"],"user":{"uid":1000,"gid":1000},
"sizes":{"m":{"cpu_millicores":200,"memory_bytes":20000000,"disk_bytes":2000000,"pids":32},
"s":{"cpu_millicores":100,"memory_bytes":10000000,"disk_bytes":2000000,"pids":32}},
"parameters":{"type":"object","additionalProperties":false,"required":["company"],"properties":{
"company":{"type":"string","title":"Company","minLength":1,"maxLength":40},
"code":{"type":"string","title":"Code","pattern":"^[a-z]*([0-9]+-)*$"},
"country":{"type":"string","title":"Country","enum":["FR","BE"],"default":"FR"},
"demo":{"type":"boolean","title":"Demo","default":false},
"users":{"type":"integer","title":"Users","minimum":1,"maximum":50,"default":5}}},
"secrets":["admin_password"],"login":{"user":"admin","path":"/#x"},
"hooks":{"init":{"argv":["/bin/init"],"timeout_s":60},
"position":{"argv":["/bin/position"],"timeout_s":5}},
"ports":{"web":8000,"replication":5432},"stop_timeout_s":10,"health_period_s":5,
"position_period_s":5,"egress":["mail-relay"],
"data":{"copies":{"min":1,"max":3,"default":3},"modes":["synchronous"]}})";
}

}  // namespace foyer::fuzz
