// Looks at a header as it comes in for what Beast's parser hides: a line that goes on in the next
// one (obs-fold, RFC 9112, 5.2), where one reader sees a header field and another the end of the
// one before. Pure.
#pragma once

#include <string_view>

namespace foyer::master {

class FoldWatch {
public:
    // What came next; nothing behind the header's empty line counts.
    void see(std::string_view text) {
        for (const char letter : text) {
            if (over_) return;
            see(letter);
        }
    }
    bool folded() const { return folded_; }

private:
    void see(char letter) {
        if (letter == '\n') {
            over_ = line_ == Line::Begun;
            line_ = Line::Begun;
        } else if (letter != '\r') {
            const bool space = letter == ' ' || letter == '\t';
            folded_ = folded_ || (space && line_ == Line::Begun);
            line_ = Line::Goes;
        }
    }

    enum class Line { First, Begun, Goes };  // none yet; nothing on it yet; something
    Line line_ = Line::First;
    bool over_ = false;
    bool folded_ = false;
};

}  // namespace foyer::master
