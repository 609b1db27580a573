// What a program pays that does nothing but hold a gRPC stub of ours: the floor under an agent's
// memory. Prints private dirty and resident memory in MB.
#include <cstdio>
#include <fstream>
#include <grpcpp/grpcpp.h>
#include <sstream>

#include "foyer/agent/v1/agent.grpc.pb.h"

int main() {
    const auto channel = grpc::CreateChannel("localhost:1", grpc::InsecureChannelCredentials());
    const auto stub = foyer::agent::v1::AgentService::NewStub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(1));
    foyer::agent::v1::SyncResponse answer;
    (void)stub->Sync(&context, {}, &answer);

    double dirty = 0;
    double resident = 0;
    std::ifstream rollup("/proc/self/smaps_rollup");
    for (std::string line; std::getline(rollup, line);) {
        std::istringstream words(line);
        std::string name;
        double kb = 0;
        words >> name >> kb;
        if (name == "Private_Dirty:") dirty = kb / 1000;
        if (name == "Rss:") resident = kb / 1000;
    }
    std::printf("%.1f %.1f\n", dirty, resident);
}
