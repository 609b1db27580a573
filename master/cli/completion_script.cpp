#include "master/cli/completion_script.h"

namespace foyer::cli {
namespace {

// The first line of the answer is "KIND<tab>HEAD": words, files or folders follow; HEAD is what
// stands before a path ("--body="). Each further line is "WORD<tab>DESCRIPTION".

constexpr std::string_view bash_script =
    R"(# bash completion of foyer; made by: foyer completion bash
_foyer() {
    local line=${COMP_LINE:0:COMP_POINT} words=() spaces word about i
    # Bash cuts words at "=", "@" and ":" too; here only spaces part them.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        spaces=${line%%[![:space:]]*}
        line=${line#"$spaces"}
        word=${COMP_WORDS[i]}
        [[ $line == "$word"* ]] || word=$line # the cursor stands in it
        line=${line#"$word"}
        if [[ -n $spaces || $i -eq 0 ]]; then words+=("$word"); else words[-1]+=$word; fi
    done
    local current=${words[-1]} kind head
    local -A paths=([files]=file [folders]=directory)
    local before=${current%"${current##*[$COMP_WORDBREAKS]}"}
    before=${before%@} # readline counts this one to the word
    COMPREPLY=()
    {
        IFS=$'\t' read -r kind head || return
        case $kind in
        files | folders)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -A "${paths[$kind]}" -- "${current#"$head"}")
            ;;
        *)
            while IFS=$'\t' read -r word about; do
                COMPREPLY+=("${word#"$before"}")
                [[ $word == *= ]] && compopt -o nospace
            done
            ;;
        esac
    } < <("${words[0]/#\~/$HOME}" __complete "${words[@]:1}" 2>/dev/null)
}
complete -F _foyer foyer
)";

constexpr std::string_view zsh_script = R"(#compdef foyer
# zsh completion of foyer; made by: foyer completion zsh
_foyer() {
    local -a answer plain open
    local line word kind head
    local program=${(Q)words[1]/#\~/$HOME}
    answer=("${(@f)$($program __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    kind=${answer[1]%%$'\t'*}
    head=${answer[1]#*$'\t'}
    case $kind in
    files | folders)
        [[ -n $head ]] && compset -P "${(b)head}"
        if [[ $kind == files ]]; then _files; else _files -/; fi
        ;;
    words)
        for line in "${(@)answer[2,-1]}"; do
            word=${line%%$'\t'*}
            if [[ $word == *= ]]; then
                open+=("${word//:/\\:}:${line#*$'\t'}")
            else
                plain+=("${word//:/\\:}:${line#*$'\t'}")
            fi
        done
        (( $#plain )) && _describe -V foyer plain
        (( $#open )) && _describe -V foyer open -S ''
        ;;
    esac
}
if [[ $funcstack[1] == _foyer ]]; then _foyer; else compdef _foyer foyer; fi
)";

constexpr std::string_view fish_script =
    R"(# fish completion of foyer; made by: foyer completion fish
function __foyer_complete
    set -l words (commandline -opc)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -e words[1]
    set -l current (commandline -ct)
    set -l answer ($program __complete $words "$current" 2>/dev/null)
    set -l first (string split \t -- $answer[1])
    set -e answer[1]
    switch $first[1]
        case words
            string join \n -- $answer
        case files folders
            set -l typed (string sub -s (math (string length -- "$first[2]") + 1) -- "$current")
            for path in (__fish_complete_path "$typed" '')
                test $first[1] = files; or string match -q '*/*' -- $path; or continue
                echo $first[2]$path
            end
    end
end
complete -c foyer -f -k -a '(__foyer_complete)'
)";

}  // namespace

std::string_view completion_script(std::string_view shell) {
    if (shell == "bash") return bash_script;
    if (shell == "zsh") return zsh_script;
    if (shell == "fish") return fish_script;
    return {};
}

}  // namespace foyer::cli
