// The long run: foyer-fuzz TARGET [OPTION OF LIBFUZZER…] [CORPUS…]; without a target, their names
// and the inputs of the short run.
#include <cstdint>
#include <fstream>
#include <iostream>

#include "tests/fuzz/target.h"
#include "tests/support/temp_folder.h"

namespace {

using foyer::fuzz::Target;

// libFuzzer calls plain functions: what they share can only lie here.
struct Run {
    const Target* target = nullptr;
    foyer::test::TempFolder seeds;
    std::string seeds_path = seeds.path();
    std::vector<char*> arguments;
};

Run& this_run() {
    static Run run;
    return run;
}

void write_seeds(const Run& run) {
    int number = 0;
    for (const std::string& seed : run.target->seeds())
        std::ofstream(run.seeds.path() + "/" + std::to_string(number++), std::ios::binary) << seed;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    Run& run = this_run();
    if (*count < 2) {
        for (const Target* target : foyer::fuzz::targets())
            std::cout << target->name << ' ' << target->short_runs << '\n';
        std::exit(0);  // NOLINT(concurrency-mt-unsafe): one thread
    }
    run.target = foyer::fuzz::find_target((*arguments)[1]);
    if (run.target == nullptr) {
        std::cerr << "foyer-fuzz: no target '" << (*arguments)[1]
                  << "'; without arguments it lists them\n";
        std::exit(2);  // NOLINT(concurrency-mt-unsafe): one thread
    }
    write_seeds(run);
    run.arguments.push_back((*arguments)[0]);
    run.arguments.insert(run.arguments.end(), *arguments + 2, *arguments + *count);
    // New finds go to the first folder: the seeds' own when no other is named.
    run.arguments.push_back(run.seeds_path.data());
    *count = static_cast<int>(run.arguments.size());
    run.arguments.push_back(nullptr);
    *arguments = run.arguments.data();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    this_run().target->feed({reinterpret_cast<const char*>(data), size});
    return 0;
}
