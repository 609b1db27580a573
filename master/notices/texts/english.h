// The texts of mails in English.
#pragma once

#include "master/notices/texts/catalogue.h"

namespace foyer::master {

extern const Texts english;

}  // namespace foyer::master
