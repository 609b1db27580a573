#include "master/notices/texts/catalogue.h"

#include "common/base/check.h"
#include "master/notices/texts/english.h"
#include "master/notices/texts/french.h"

namespace foyer::master {

const Texts& texts_of(Language language) {
    switch (language) {
        case Language::English: return english;
        case Language::French: return french;
    }
    CHECK(false);
}

}  // namespace foyer::master
