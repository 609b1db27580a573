// How much mail instances sent today, on the disk: state/mail-counts.json, as the journal's files.
#pragma once

#include <string>

#include "node-agent/app/mail_keeper.h"

namespace foyer::agent {

class FileMailCounts final : public MailCounts {
public:
    explicit FileMailCounts(std::string state_dir)
        : file_(std::move(state_dir) + "/mail-counts.json") {}

    MailBook load() override;
    Status keep(const MailBook& book) override;

private:
    const std::string file_;
};

}  // namespace foyer::agent
