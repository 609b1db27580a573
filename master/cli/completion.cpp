#include "master/cli/completion.h"

#include <algorithm>

namespace foyer::cli {
namespace {

class Walk {
public:
    explicit Walk(const CommandNode& tree) : chain_{&tree} {}

    void pass(const std::string& word) {
        if (waiting_ != nullptr) {
            given_[waiting_->names.front()] = word;
            waiting_ = nullptr;
        } else if (!options_over_ && word == "--") {
            options_over_ = true;
        } else if (!options_over_ && word.size() > 1 && word.starts_with('-')) {
            pass_option(word);
        } else if (!command().commands.empty()) {
            const CommandNode* next = command().find(word);
            if (next == nullptr) lost_ = true;
            if (next != nullptr) chain_.push_back(next);
        } else {
            if (const Argument* here = positional()) {
                given_[here->names.front()] = word;
            }
            passed_.push_back(word);
        }
    }

    Completion finish(const std::string& word) {
        Completion answer;
        if (!lost_) answer = at(word);
        answer.given = std::move(given_);
        return answer;
    }

private:
    const CommandNode& command() const { return *chain_.back(); }

    const Argument* positional() const {
        const auto& all = command().positionals;
        if (passed_.size() < all.size()) return &all[passed_.size()];
        return !all.empty() && all.back().repeated ? &all.back() : nullptr;
    }

    // Looked for upwards: options of the whole command may stand anywhere.
    const Argument* option(std::string_view name) const {
        for (auto node = chain_.rbegin(); node != chain_.rend(); ++node)
            if (const Argument* found = (*node)->find_option(name)) return found;
        return nullptr;
    }

    void pass_option(const std::string& word) {
        const std::size_t equals = word.find('=');
        const Argument* found = option(word.substr(0, equals));
        if (found == nullptr) return;
        used_.push_back(found);
        if (!found->takes_value()) return;
        if (equals == std::string::npos) {
            waiting_ = found;
        } else {
            given_[found->names.front()] = word.substr(equals + 1);
        }
    }

    Completion at(const std::string& word) const {
        if (waiting_ != nullptr) return value(*waiting_, "", word);
        if (!options_over_ && word.starts_with('-')) {
            const std::size_t equals = word.find('=');
            if (equals == std::string::npos) return options(word);
            const Argument* found = option(word.substr(0, equals));
            if (found == nullptr || !found->takes_value()) return {};
            return value(*found, word.substr(0, equals + 1), word.substr(equals + 1));
        }
        if (!command().commands.empty()) return commands(command(), word);
        if (const Argument* here = positional()) {
            return here->value == "COMMAND" ? named_command(word) : value(*here, "", word);
        }
        return word.empty() && !options_over_ ? options(word) : Completion{};
    }

    // The words of `man` and `help` are themselves commands of the tree.
    Completion named_command(const std::string& word) const {
        const CommandNode* node = chain_.front();
        for (const std::string& name : passed_) {
            node = node->find(name);
            if (node == nullptr) return {};
        }
        return commands(*node, word);
    }

    static Completion commands(const CommandNode& node, const std::string& word) {
        Completion answer;
        for (const CommandNode& next : node.commands)
            if (next.name.starts_with(word))
                answer.candidates.push_back({next.name, next.description});
        return answer;
    }

    // Own options first, then those of the commands above; what was given once is not offered
    // again.
    Completion options(const std::string& word) const {
        Completion answer;
        std::vector<std::string> seen;
        for (auto node = chain_.rbegin(); node != chain_.rend(); ++node) {
            for (const Argument& one : (*node)->options) {
                const bool used = std::ranges::find(used_, &one) != used_.end();
                const std::string& name = one.names.front();
                if ((used && !one.repeated) || std::ranges::find(seen, name) != seen.end())
                    continue;
                seen.push_back(name);
                if (name.starts_with(word)) answer.candidates.push_back({name, one.description});
            }
        }
        return answer;
    }

    static Completion value(const Argument& argument, std::string head, std::string typed) {
        if (argument.commas) {
            const std::size_t comma = typed.rfind(',');
            if (comma != std::string::npos) {
                head += typed.substr(0, comma + 1);
                typed.erase(0, comma + 1);
            }
        }
        Completion answer;
        for (const std::string& word : argument.words())
            if (word.starts_with(typed)) answer.candidates.push_back({head + word, ""});
        if (!argument.words().empty()) return answer;
        answer.head = head;
        if (argument.value == "FILE") {
            answer.paths = Paths::Files;
        } else if (argument.value == "DIR") {
            answer.paths = Paths::Folders;
        } else {
            answer.live = LiveQuestion{argument.value, std::move(head), std::move(typed)};
        }
        return answer;
    }

    std::vector<const CommandNode*> chain_;
    std::vector<const Argument*> used_;
    const Argument* waiting_ = nullptr;  // an option whose value comes next
    std::vector<std::string> passed_;    // positional words so far
    bool options_over_ = false;          // after "--"
    bool lost_ = false;                  // after a word that is no command
    std::map<std::string, std::string, std::less<>> given_;
};

}  // namespace

Completion complete(const CommandNode& tree, const std::vector<std::string>& words) {
    Walk walk(tree);
    for (std::size_t i = 0; i + 1 < words.size(); ++i) walk.pass(words[i]);
    return walk.finish(words.empty() ? std::string() : words.back());
}

bool is_plain_word(std::string_view word) {
    constexpr std::string_view marks = "-_.@:/+=,";
    const auto plain = [&](char letter) {
        const bool alphanumeric = (letter >= 'a' && letter <= 'z') ||
                                  (letter >= 'A' && letter <= 'Z') ||
                                  (letter >= '0' && letter <= '9');
        return alphanumeric || marks.find(letter) != std::string_view::npos;
    };
    return !word.empty() && std::ranges::all_of(word, plain);
}

}  // namespace foyer::cli
