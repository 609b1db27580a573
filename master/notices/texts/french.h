// The texts of mails in French.
#pragma once

#include "master/notices/texts/catalogue.h"

namespace foyer::master {

extern const Texts french;

}  // namespace foyer::master
