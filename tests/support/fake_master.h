// A master in the test's own process: foyer.agent.v1 over real mTLS on a loopback port of its own.
// What it wants of the box is set by the test; what the box said is kept.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/model/sync.h"
#include "common/tls/certificate.h"

namespace foyer::test {

class FakeMaster {
public:
    FakeMaster();
    ~FakeMaster();

    std::string address() const;
    // A token that enrols `node`; works until the node's first Sync.
    std::string token(const std::string& node);
    const tls::Authority& authority() const { return authority_; }

    // The whole wish for the box from now on; held calls are answered with it.
    void want(std::vector<Assignment> assignments);
    // Forgets differences: the next answer starts from a base the box does not have.
    void confuse_once();
    void remove_node(const std::string& node);
    // A box that wants to leave may not, so many times; the answer to its last word is lost; its
    // receipt is another box's.
    void keep_leaving(int calls);
    void lose_farewell();
    void mistake_receipts();
    int farewells() const;
    // How long it says that it holds a call; 30 s before.
    void say_hold(Duration hold_max);
    // Calls arrive and are never answered, as on a line that carries nothing any more.
    void fall_silent();
    // Answers stay without acknowledgements for so many calls.
    void lose_acknowledgements(int calls);
    void certificates_live(Duration life);
    // The box is an edge of that zone, whose serving certificates live so long from now on (and a
    // quarter of it before); an empty zone: it is no edge. Held calls are answered.
    void edge_of(const std::string& zone, Duration serving_life = Duration(0));
    // From the next answer on; it is right before.
    void clock_runs_ahead(Duration by);
    void put_blob(const Digest& digest, std::string content);
    // Streams of blobs break after so many bytes, so many times.
    void break_blobs(std::size_t after_bytes, int times);

    std::vector<SyncReport> reports() const;
    int renewals() const;
    int held() const;  // calls waiting now

private:
    class Service;
    struct Server;
    SystemRng rng_;
    tls::Authority authority_;
    std::unique_ptr<Server> server_;
};

}  // namespace foyer::test
