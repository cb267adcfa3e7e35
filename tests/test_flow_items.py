"""What items are said to do, one row for each way in which shells surprise; no shell is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from cblint.flow.core import Given, Limits
from cblint.flow.items import Beginning, first_state, run_item
from cblint.flow.layers import Layers
from cblint.flow.state import ABSENT, UNSET, State, Variable
from cblint.flow.values import EMPTY, literal
from cblint.shell.parser import parse
from cblint.source.text import Text

ROOT = "/src"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/home", "INHERITED": "orig", "IFS": " \t\n"}

ITEMS = [
    # How far what goes wrong reaches
    ("a number that is none keeps the status", "bash", ["declare -i A; (exit 3); A=1+; X=1"], "3, X unset"),
    ("even from within eval", "bash", ["declare -i A; eval 'A=1+'; X=1\nY=1"], "0, X unset, Y=1"),
    ("and where bash is called sh", "bash-as-sh", ["declare -i A; A=1+; X=1\nY=1"], "0, X unset, Y=1"),
    ("set -e does not mind arithmetic that is wrong", "bash", ["set -e\nX=$((1/0))\nY=1"], "0, X unset, Y=1"),
    ("but where it is called sh that exits", "bash-as-sh", ["set -e\nX=$((1/0))\nY=1"], "1, Y unset"),
    ("what no shell expands", "dash", ["X=${A!}; Y=1"], "2, Y unset"),
    ("what no shell expands drops the line", "bash", ["X=${A!}; Y=1\nB=$?"], "0, Y unset, B=1"),
    ("set -e minds it", "bash", ["set -e\nX=${A!}\nY=1"], "1, Y unset"),
    ("eval goes on with its next line", "bash", ["eval 'X=$((1/0)); A=1\nB=1'"], "0, A unset, B=1"),
    ("eval fails if that was the last", "bash", ["eval 'X=$((1/0)); A=1' || B=$?"], "0, A unset, B=1"),
    ("a subshell ends there", "bash", ["(X=$((1/0))\ntrue)"], "1"),
    ("what names no variable", "bash-as-sh", ["A='a b'; X=${!A}; Y=1\nB=1"], "0, Y unset, B=1"),
    ("an argument is given no default", "bash-as-sh", ["X=${1:=a}; Y=1\nB=1"], "0, Y unset, B=1"),
    ("exit with too much drops the line", "bash", ["A=1; exit 0 2; B=1"], "1, A=1, B unset"),
    ("exit takes the first", "dash", ["A=1; exit 3 2; B=1"], "3, A unset"),
    ("return with no number", "bash", ["f() { return a; A=1; }; f; X=$?"], "0, A unset, X=2"),
    ("return with no number ends dash", "dash", ["f() { return a; }; f; X=$?"], "2, X unset"),
    ("return with a negative number", "bash", ["f() { return -1; }; f; X=$?"], "0, X=255"),
    ("declare of a readonly only fails", "bash-as-sh", ["(readonly A; declare -x A=1; true)"], "0"),
    ("local outside a function expands", "bash", ["local X=$((A=3))"], "1, A=3"),
    ("a file is no function", "dash", ["echo local X=1 >s; . ./s"], "2"),
    ("local of a readonly only fails", "bash-as-sh", ["readonly A=1; f() { local A=2; X=$?; }; f"], "0, A=1, X=1"),
    ("local of a readonly ends dash", "dash", ["readonly A=1; f() { local A=2; X=$?; }; f"], "2, X unset"),
    ("too many words for return", "bash-as-sh", ["A=1; return 1 2\nB=$?"], "0, A=1, B=1"),
    ("no option, but asked for", "bash-as-sh", ["set -Z || X=$?"], "0, X=2"),
    ("no option ends dash all the same", "dash", ["set -Z || X=$?"], "2, X unset"),
    ("set -C minds no device", "bash", ["set -C; A=1 2>/dev/null; exit"], "0"),
    ("eval has options in bash", "bash", ["A=-n; eval \"$A\"; X=$?"], "0, X=2"),
    ("eval has no options in dash", "dash", ["A=-n; eval \"$A\"; X=$?"], "0, X=127"),
    ("a readonly that is unset", "bash", ["readonly A=1; unset A; X=$?"], "0, A=1, X=1"),
    ("a readonly that is unset ends dash", "dash", ["readonly A=1; unset A; X=$?"], "2, X unset"),
    ("a here-string is expanded by the program", "bash", ["set -u; cat <<<$A; X=1"], "unknown, X unknown"),
    ("return in the condition of a loop", "dash", ["f() { (exit 3); while return; do :; done; }; f; X=$?"], "0, X=0"),
    ("the same in bash", "bash", ["f() { (exit 3); while return; do :; done; }; f; X=$?"], "0, X=3"),
    ("dash forgets that a file is asked", "dash", ["echo 'set -e; false; X=1' >s; . ./s || Y=1"], "1, X unset"),
    ("bash remembers", "bash", ["echo 'set -e; false; X=1' >s; . ./s || Y=1"], "0, X=1, Y unset"),
    ("return in a file is a failure", "dash", ["set -e; echo 'return 3' >s; . ./s || Y=1"], "3, Y unset"),
    ("a name that is only declared", "bash", ["export A", "X=${!A}; Y=1"], "unknown, X unknown"),
    ("continue in the condition of a loop", "dash", ["while X=$X.; [ $X != ... ] && continue; do :; done"], "0, X=..."),
    ("under set -e it keeps the status", "bash", ["set -e; readonly A; if (exit 3); then :; else A=1; fi"], "3"),
    ("a readonly before a command", "bash", ["set -e; readonly A; A=1 true; B=1"], "1, B unset"),
    # Traps
    ("a loop forgets its trap", "bash", ["true | for A in 1; do trap 'exit 3' EXIT; done; X=$?"], "0, X=0"),
    ("in dash it does not", "dash", ["true | for A in 1; do trap 'exit 3' EXIT; done; X=$?"], "0, X=3"),
    ("a trap for ERR in a loop", "bash", ["trap X=1 ERR; for A in f*; do false; B=1; done"], "0, X unknown"),
    ("behind it return ends nothing", "bash-as-sh", ["trap X=1 ERR; return 7; Y=1"], "0, X=1, Y=1"),
    ("nobody asks in a trap", "dash", ["set -e; (trap false EXIT; true) || X=$?"], "0, X=1"),
    ("bash may forget set -e until then", "bash", ["trap '(exit 3)' EXIT; set -e; eval 'exit 2' || false"], "fails"),
    ("a trap that was set too late", "bash", ["echo 'trap X=1 ERR; return 3' >s; . ./s; Y=$?"], "0, X unset, Y=3"),
    ("a trap for ERR", "bash", ["trap 'X=$?' ERR; (exit 4); false || Y=1"], "0, X=4, Y=1"),
    ("a trap for ERR that exits", "bash", ["trap 'exit 7' ERR; A=1; false; B=1"], "7, A unset"),
    ("functions have no trap for ERR", "bash", ["f() { false; true; }; trap X=1 ERR; f"], "0, X unset"),
    ("with set -E they have", "bash", ["set -E; f() { false; true; }; trap X=1 ERR; f"], "0, X=1"),
    ("dash has no ERR", "dash", ["trap X=1 ERR; Y=$?; false"], "1, X unset, Y=1"),
    ("behind it no option ends nothing", "bash-as-sh", ["trap X=1 ERR; set -Z; Y=1"], "0, X=1, Y=1"),
    ("no option that is asked for", "sh", ["(set -Z; true) || X=1"], "0, X unknown"),
    # What goes to standard error
    ("errors among the output", "bash", ["X=$({ cd missing; } 2>&1)"], "1, X unknown"),
    ("no errors", "bash", ["X=$({ echo a; } 2>&1)"], "0, X=a"),
    ("errors only", "bash", ["X=$(cd missing 2>&1 >/dev/null)"], "1, X unknown"),
    ("what set -x says", "dash", ["X=$({ set -x; echo a; } 2>&1)"], "0, X unknown"),
    ("a warning", "bash", ["X=$(break 2>&1)"], "0, X unknown"),
    # What is remembered of names
    ("a name once set under set -a", "dash", ["A=1 cat missing", "set +a; A=2"], "0, A=2"),
    ("a name once local under set -a", "dash", ["f() { local A=1; }; f", "set +a; A=2"], "0, A=2"),
    ("bash forgets it", "bash", ["A=1 cat missing", "set +a; A=2"], "0, A unset"),
    ("a number is one in the next item", "bash", ["declare -i A=08+1", "A=2+3"], "0, A=5"),
    ("and if it was not given a number", "bash", ["declare -i A", "A=2+3"], "0, A=5"),
    ("what may be a number", "bash", ["declare -u A=a; . ./s", "A=b"], "unknown, A unknown"),
    ("a map", "bash", ["declare -A A=([k]=v); B=1"], "0, A unset, B=1"),
    ("an element is gone", "bash", ["A=(1 2); unset 'A[1]'; B=${#A[@]}"], "0, B=1"),
    ("an element is no name", "dash", ["unset 'A[1]'; B=1"], "2, B unset"),
    ("getopts", "dash", ["A=1; getopts ab: B -a; C=1"], "0, A=1, B unknown, C=1"),
    ("the status is not kept without set -a", "bash", ["set +a", "set -u\nfalse &&"], "1"),
    ("for a command a number is a text", "bash", ["declare -i A; A=1+ eval 'X=$A'"], "0, A unset, X=1+"),
    ("eval in a loop", "dash", ["for A in f*; do eval 'X=1'; done; Y=1"], "0, X unknown, Y=1"),
    ("values are expanded before any is assigned", "bash", ["A=0; export A=1 B=$A; X=$B"], "0, A=1, B=0, X=0"),
    ("one after the other without export", "bash", ["A=0; A=1 B=$A; X=$B"], "0, A=1, B=1, X=1"),
    ("PWD is what was kept", "bash", ["mkdir 'a b'; cd 'a b'", "X=${PWD##*/} Y=$(pwd)"], "0, X=a b, Y=/src"),
    ("PWD is set anew", "dash", ["unset PWD", "X=$PWD"], "0, X=/src"),
    ("OLDPWD is the folder at first", "bash", ["mkdir a; cd a; unset OLDPWD", "X=$OLDPWD"], "0, X=/src"),
    ("bash asks PWD where it was", "bash", ["PWD=x; cd /; X=$OLDPWD"], "0, X=x"),
    ("dash knows where it was", "dash", ["PWD=x; cd /; X=$OLDPWD"], "0, X=/src"),
    ("a command that may be none", "dash", ["echo $X >f; IFS=$(head f); $(false) || A=$?"], "0, A=1"),
    ("an element whose expansion assigns", "bash", ["A+=(\"${A:=a}\"); X=${#A[@]}"], "0, X=2"),
    ("a function in the place of what keeps", "dash", ["A=1; pwd() { echo /; }"], "unknown, A unknown"),
    ("a file that is being written", "dash", ["{ echo a; X=$(cat f); } >f; Y=$(cat f)"], "0, X unknown, Y=a"),
    ("the file itself", "bash", ["echo a >f; X=$(<f); Y=$(<g); A=$?"], "0, X=a, Y=, A=1"),
    ("nothing in dash", "dash", ["echo a >f; X=$(<f)"], "0, X="),
    ("UID is readonly", "bash", ["UID=5; A=1\nB=1"], "0, A unset, B=1"),
    ("UID is nothing to dash", "dash", ["UID=5; A=$UID"], "0, A=5"),
    ("RANDOM is another each time", "bash", ["RANDOM=1; A=$RANDOM; [ $RANDOM = $RANDOM ]"], "unknown, A unknown"),
    ("a local is no number for that", "bash", ["declare -i A=1; f() { local A=1+1; B=$A; }; f"], "0, A=1, B=1+1"),
    ("a text that is asked forgets set -e", "bash", ["set -e; eval 'X=${!C}; A=1' || B=1; C=1"], "unknown, A unset"),
    ("locals are gone behind what is given up", "bash", ["readonly B; f() { local A=1; B=2; }; f\nX=${A-}"], "0, X="),
    ("so is what was for a command", "bash", ["f() { B=$((1/0)); }; A=1 f\nX=${A-a}"], "0, X=a"),
    ("the status is readonly", "bash", ["readonly A=1 \\", "(exit 3)"], "unknown"),
    ("the status may not be kept", "bash", ["./tool &&", "set -u\nfalse &&"], "unknown"),
    ("a local that is exported", "dash", ["A=0; f() { local A; export A=1; X=$A; }; f"], "0, A=0, X=1"),
    ("a local that is unset", "bash", ["A=0; f() { local A=1; unset A; X=${A-a}; }; f"], "0, A=0, X=a"),
    ("a local of the caller", "bash", ["f() { local A=1; g; X=$A; }; g() { unset A; }; f"], "unknown, X unknown"),
    ("the arguments of a file", "bash", ["set a; echo X=\\$1 >s; . ./s b; Y=$1"], "0, X=b, Y=a"),
    ("dash passes none", "dash", ["set a; echo 'X=$1' >s; . ./s b; Y=$1"], "0, X=a, Y=a"),
    ("files are opened before the value is expanded", "dash", ["X=$(cat f) >f; Y=$?"], "0, X=, Y=0"),
    ("bash expands first", "bash", ["X=$(cat f) >f; Y=$?"], "0, X=, Y=1"),
    ("declare is no command", "dash", ["declare X=1; Y=$?"], "0, X unset, Y=127"),
    ("a loop with an expression", "bash", ["for ((A=0; A<3; A++)); do B=$B$A; done"], "0, A=3, B=012"),
    ("popd goes back", "bash", ["mkdir a; pushd a; pushd /; popd; X=${PWD##*/}; popd; Y=${PWD##*/}; popd; A=$?"],
     "0, X=a, Y=src, A=1"),
    ("a function leaves no loop of another", "bash", ["f() { break; X=1; }; for A in 1 2; do f; done"], "0, A=2, X=1"),
    ("what stands for a character", "bash", ["A=$'a\\tb\\x41\\102'"], "0, A=a\tbAB"),
    ("a file is the same on both ways", "dash", ["cat /x && echo a >f || echo a >f; X=$(cat f)"], "0, X=a"),
    ("or may be another", "dash", ["cat /x && echo a >f || echo b >f; X=$(cat f)"], "0, X unknown"),
    ("folders above are made as well", "bash", ["mkdir -p a/b; [ -d a ]; X=$?; [ -d a/b ]; Y=$?; [ -d a/c ]; A=$?"],
     "0, X=0, Y=0, A=1"),
    ("a name of small letters is read", "bash", ["read abc <<E\na b\nE\nX=$abc"], "0, X=a b"),
    ("what printf makes of backslashes", "dash", ["X=$(printf 'a\\tb\\\\c')"], "0, X=a\tb\\c"),
    ("bits are shifted both ways", "bash", ["X=$((6 >> 1)); Y=$((6 << 1))"], "0, X=3, Y=12"),
    ("several classes in brackets", "dash", ["case a in [[:digit:][:alpha:]]) X=1;; *) X=2;; esac"], "0, X=1"),
    ("ranges in brackets", "dash", ["case f in [0-9a-f]) X=1;; *) X=2;; esac"], "0, X=1"),
    ("backslashes beside an expansion", "bash", ["B=1; X=a\\ \\b$B"], "0, X=a b1"),
    ("an end of both is kept", "bash", ["cat /x && A=abc-one || A=xyz-one; [ \"$A\" = xxx-two ]; X=$?"], "0, X=1"),
    ("the home of another", "bash", ["X=~nobody/a; Y=~/a"], "0, X unknown, Y=/home/a"),
    ("let tells whether it is zero", "bash", ["let A=0; X=$?; let A=3; Y=$?"], "0, X=1, Y=0"),
    ("of what is unknown it tells nothing", "bash", ['let "A=$(cat /x)"; X=$?'], "0, X unknown"),
    ("no such signal", "dash", ["trap X=1 RETURN; Y=$?; trap X=1 DEBUG; B=$?"], "0, X unset, Y=1, B=1"),
    ("hash only looks", "bash", ["A=1; hash -r; X=$?; hash cat; Y=$?"], "0, A=1, X=0, Y unknown"),
    ("an escape that dash lacks", "dash", ["X=$(printf '\\x41'); Y=1"], "0, X unknown, Y=1"),
    ("no fields for export", "dash", ["B='a b'; export A=$B; X=$A"], "0, A=a b, X=a b"),
    ("dash has none of these", "dash", ["help; X=$?; mapfile; Y=$?; popd; A=$?"], "0, X=127, Y=127, A=127"),
    ("what lies in a folder that is removed", "bash", ["echo a >/x/f; rm -r /x; X=$(cat /x/f)"], "unknown, X unknown"),
    ("or is gone for sure", "bash", ["echo a >/x/f; rm -rf /x; [ -e /x/f ]; X=$?"], "0, X=1"),
    ("unset under set -a is remembered", "dash", ["unset A", "set +a; A=2", "X=$A"], "0, X=2"),
    ("without it it is not", "dash", ["set +a; unset A; A=2", "X=$A"], "0, X="),
    ("whether there is a command", "bash", ["command -v cat; X=$?; command -v nothing; Y=$?; command -v cd; A=$?"],
     "0, X unknown, Y=1, A=0"),
    ("and in dash", "dash", ["command -v cat; X=$?; command -v nothing; Y=$?; command -v pushd; A=$?"],
     "0, X unknown, Y=127, A=127"),
    ("of what type", "bash", ["type cd; X=$?; type nothing; Y=$?; type cd nothing; A=$?"], "0, X=0, Y=1, A unknown"),
    ("both, or one of both", "dash", ["[ a -a b ]; X=$?; [ '' -o b ]; Y=$?; [ a -a '' ]; A=$?"], "0, X=0, Y=0, A=1"),
    ("arguments put together", "bash", ["set -- a b; IFS=,; X=$*; Y=\"$*\"; A=$@"], "0, X=a,b, Y=a,b, A=a b"),
    ("dash puts all together", "dash", ["set -- a b; IFS=,; X=$*; Y=\"$*\"; A=$@"], "0, X=a,b, Y=a,b, A=a,b"),
    ("a default in what is not clear", "bash", ["unset A; wait -p B \"${A:=1}\"; X=${A-u}"], "unknown, X unknown"),
    ("what may be made readonly", "bash", ["A=$(cat /x); declare $A B=1; unset B; X=${B-u}"], "unknown, X unknown"),
    ("typeset is declare", "bash", ["typeset A=1; X=$A"], "0, X=1"),
    ("what stands for other characters", "bash", ["A=$'\\a\\b\\e\\f\\r\\v\\n\\'\\\"\\\\?'"],
     "0, A=\a\b\x1b\f\r\v\n'\"\\?"),
    ("a program under another name", "bash", ["exec -a x true; A=1"], "unknown, A unknown"),
    ("a folder that is readonly", "bash", ["readonly PWD; cd /; X=$?"], "unknown, X unknown"),
    ("a line of blanks is read as nothing", "bash", ["read A <<E\nX\nE\nread B <<E\n \nE\n"], "0, A=X, B="),
    ("a file with arguments in any shell", "sh", ["echo X=1 >f; . ./f a; Y=1"], "0, X=1, Y=1"),
    ("texts differ before the same end", "dash", ["A=$(cat /x); [ \"$A-a-end\" = xxxxxxxx-end ]; X=$?"], "0, X=1"),
    ("a name in what makes a number", "bash", ["declare -i A; B=3; A=B+1"], "0, A=4, B=3"),
    ("bash as sh makes none of it in the next item", "bash-as-sh", ["declare -i A=1", "A=2+3"], "0, A=2+3"),
    ("what dash cannot compute ends it", "dash", ["X=$((2**3)); Y=1"], "2, X unset, Y unset"),
    ("a trap that is not set ends dash", "dash", ["trap - EXIT >missing/f; X=1"], "2, X unset"),
    ("but not bash", "bash", ["trap - EXIT >missing/f; X=1"], "0, X=1"),
    ("dash has none of these by another name", "dash", ["A=bind; $A; X=$?; A=caller; $A; Y=$?"], "0, X=127, Y=127"),
    ("a file with arguments, where a variable says so", "sh", ["echo X=1 >f; A=.; $A ./f a"], "unknown, X unknown"),
    ("a file that is called like no option", "bash", ["echo X=1 >./-; . -; Y=$?"], "unknown, X unknown, Y unknown"),
    ("a readonly for a command", "bash-as-sh", ["readonly A=1; A=2 true; X=1\nY=1"], "0, A=1, X unset, Y=1"),
    ("a line may have ended before", "bash", ["X=2", "A=1; B=$(($(cat /x))); A=2; wait -p C\nX=$A"],
     "unknown, X unknown"),
    ("as deep as is followed", "bash", ["( (true); " * 19 + "exit 3" + ")" * 19], "3"),
    ("and deeper", "bash", ["( (true); " * 22 + "exit 3" + ")" * 22], "unknown"),
    ("a map of a function", "bash", ["f() { declare -A A=([k]=v); A=x; }; f; X=1"], "unknown, A unknown, X unknown"),
    ("perhaps a readonly", "bash-as-sh", ["X=u", "declare -r -l A=a; unset A; X=${A-u}"], "unknown, X unknown"),
    ("command of nothing, in what is not followed", "dash", ["A=1", "command; bind", "X=$A"], "0, A=1, X=1"),
    ("a function in what is not clear", "sh", ["A=1", "f() { A=2; }; B='2**3'; f $(($B))", "X=$A"], "0, X unknown"),
    ("a trap for ERR in a function", "bash", ["A=1", "f() { trap A=2 ERR; }; f; false", "X=$A"],
     "unknown, A unknown, X unknown"),
    ("wait is given a name", "bash", ["A=1; B=A", "wait -p \"$B\" -n", "X=${A-u}"], "unknown, X unknown"),
    ("what a message says runs", "dash", ["(: ${A:?$(echo a >f)}); X=$(cat f)"], "0, A unset, X=a"),
    ("classes of characters", "dash", ["case Aa1' ' in [[:upper:]][[:lower:]][[:alnum:]][[:space:]]) X=1;; esac"],
     "0, X=1"),
    ("and of others", "dash", ["case a in [[:upper:][:digit:][:space:]]) X=1;; *) X=2;; esac"], "0, X=2"),
    ("folders that cannot be made", "dash", ["mkdir a/b; X=$?; mkdir a; Y=$?; mkdir a; A=$?"], "0, X=1, Y=0, A=1"),
    ("nothing beside a file", "dash", ["echo a >f; X=$(cat f /dev/null)"], "0, X=a"),
    ("what is readonly is read", "bash", ["readonly A=1; read A </etc/passwd; X=$?"], "unknown, X unknown"),
    ("errors in the same file as the output", "bash", ["{ cd missing; echo a; } &>f; X=$(cat f)"], "0, X unknown"),
    ("or into the one before", "bash", ["{ cd missing; echo a; } >f 2>&1 >g; X=$(cat g)"], "0, X=a"),
    ("the name of a file that is assigned", "dash", ["echo a >${A:=f}; X=$(cat f)"], "0, A=f, X=a"),
    ("a function reads what it is writing", "dash", ["f() { echo a; X=$(cat g); }; f >g; Y=$(cat g)"],
     "0, X unknown, Y=a"),
    ("more words than are seen", "dash", ["declare() { A=$#; }; declare $(cat /x) B=1"], "0, A unknown"),
    ("locals of two functions", "bash", ["A=0; f() { local A=1; g; X=$A; }; g() { local A=2; }; f; Y=$A"],
     "0, A=0, X=1, Y=0"),
    ("a local on both paths", "bash", ["f() { if cat /x; then local A=1; else local A=2; fi; }; A=0; f; X=$A"],
     "0, A=0, X=0"),
    # What is read as another text
    ("characters that are several in the C locale", "dash", ["A=é; X=${A#?}"], "0, X unknown"),
    ("a substring of them", "bash", ["A=éa; X=${A:1:1}"], "0, X unknown"),
    ("quotes that end elsewhere in dash", "dash", ["A=$'it\\'s'; B='x'"], "unknown, B unknown"),
    ("case in what begins like arithmetic", "bash", ["X=$((A=1); case a in a) echo b;; esac)"], "unknown, X unknown"),
    ("; behind a here-document", "bash", ["X=$(cat <<E\na\nE\necho b; echo c)"], "unknown, X unknown"),
    ("; behind a here-document in dash", "dash", ["X=$(cat <<E\na\nE\necho b; echo c)"], "0, X=a\nb\nc"),
    ("a backslash among elements", "bash", ["X=$(A=(it\\'s it\\'s); echo b)"], "unknown, X unknown"),
    ("a quotation mark in a here-document", "dash", ["X=$(cat <<E\na\\\"b\\\\\nE\n)"], '0, X=a\\"b\\'),
    ("bash as another shell", "bash", ["shopt -s lastpipe; echo a | read A"], "unknown, A unknown"),
    ("another input", "dash", ["exec </etc/passwd; read A; B=1"], "unknown, A unknown"),
    ("a test with too little", "dash", ["[ -z '' -a ]; A=$?"], "0, A unknown"),
    ("a value makes an operator of arithmetic", "bash", ["X=$((!B+$X+1))"], "unknown, B unknown"),
    ("an element that is no number", "bash", ["declare -i A=1; A[1]=a b"], "unknown"),
    ("a value is an expression", "bash", ["A=B=5; X=$((A))"], "unknown, B unknown"),
    # What long runs of the oracle have found
    ("a test is a list to dash", "dash", ["false && [[ -z $A || ! -d d ]] || X=1"], "unknown, X unknown"),
    ("what ! does not turn round", "bash", ["! { A=1; } <missing; X=$?"], "0, A unset, X unknown"),
    ("dash turns it round", "dash", ["! { A=1; } <missing; X=$?"], "0, A unset, X=0"),
    ("what export -p is given", "bash-as-sh", ["false; export -p >/dev/null A=$?"], "unknown, A unknown"),
    ("a readonly is not expanded for a command", "bash", ["readonly A=1; A=${B:?} true; X=$?"], "0, A=1, X=0"),
    ("a file removed while it is written", "bash", ["{ rm f; } >f", "if [ -f f ]; then X=1; else X=2; fi"], "0, X=2"),
    ("exit from within a redirected group", "bash", ["A=$({ echo a; exit 3; } >f); X=$?"], "0, A=, X=3"),
    ("readonly under set -a is remembered", "dash", ["readonly A", "set +a\nA=1"], "0, A=1"),
    ("what is not set in ((", "bash", ["set -u\nif (( A+1 )); then X=1; fi"], "unknown, X unknown"),
    ("while continue", "bash", ["A=0; while A=$((A+1)); [ $A -le 2 ] && continue; do X=1; done"], "0, A=3, X unset"),
    ("no such option in a file", "bash-as-sh", ["echo set -Z >f", ". ./f || :; A=1"], "unknown, A unknown"),
    ("what set -e makes of export", "bash", ["readonly B=1; set -e; ! export B=2 && A=1"], "1, A unset"),
    ("and not of declare", "bash", ["readonly B=1; set -e; declare B=2 || A=1"], "0, A=1"),
    ("a text that may be a name", "bash", ["getopts a B -a", "set -u; X=1\nA=$((B * 2))"], "unknown, X unknown"),
    ("a status that may be kept", "bash-as-sh", ["declare -u A=1", "set +a", "set -u; true ||"], "unknown"),
    ("set -e within $( is heeded", "dash", ["A=$(set -e; false; echo a) || B=1"], "0, A=, B=1"),
    ("set -e within $( is not heeded", "bash", ["A=$(set -e; false; echo a) || B=1"], "0, A=a, B unset"),
    ("unset within a function stays", "bash", ["f() { unset B; B=3; }\nB=1 f"], "unknown, B unknown"),
    ("B=1 : within a function stays", "bash-as-sh", ["f() { B=1 :; }\nB=2 f"], "unknown, B unknown"),
    ("readonly within a function stays", "bash", ["f() { readonly B=1; }\nB=1 f"], "unknown, B unknown"),
    # What is small
    ("unequal numbers, and the other branch", "dash", ["X=$((1 != 2)); Y=$((0 ? 2 : 3))"], "0, X=1, Y=3"),
    ("a percent sign of printf", "dash", ["X=$(printf '100%%')"], "0, X=100%"),
    ("cd behind two dashes", "bash", ["mkdir a; cd -- a; X=${PWD##*/}"], "0, X=a"),
    ("a test in brackets", "dash", ["[ '(' a ')' ]; X=$?; [ '(' '' ')' ]; Y=$?"], "0, X=0, Y=1"),
    ("lines into an array", "bash", ["printf 'a\\nb\\n' >f; mapfile -t A <f; X=$A"], "0, X unknown"),
    ("not in a class", "bash", ["case a in [^b]) X=1;; esac; case ^ in [^b]) Y=1;; esac"], "0, X unknown, Y unknown"),
    ("a folder in a new folder", "bash", ["mkdir -p a/b; [ -d a/b ]; X=$?"], "0, X=0"),
    ("exported variables are shown", "dash", ["export -p >f; X=$?"], "0, X=0"),
    ("a branch that is not taken assigns nothing", "dash", ["X=$((1 ? 2 : (Y=3)))"], "0, X=2, Y unset"),
    ("arguments handed on", "bash", ['set -- a b; f() { X=$#; }; f "$@"'], "0, X=2"),
    ("arguments in one word", "bash", ['f() { X=$#; }; set -- a b; f "$*" "${@}"'], "0, X=3"),
    ("ends of a text are cut off", "dash", ["A=a/b:; X=${A%:}; Y=${A##*/}"], "0, X=a/b, Y=b:"),
    ("a trap for ERR is taken back", "bash", ["trap 'X=1' ERR; false; trap - ERR; false; Y=$X"], "0, X=1, Y=1"),
    ("a file in a new folder", "bash", ["A=1; mkdir -p d; touch d/f; [ -f d/f ] && X=1"], "0, X=1"),
    ("words of a here-string", "bash", ['A=\' a b \'; read -r X Y <<<"$A"'], "0, X=a, Y=b"),
    ("an empty here-string", "bash", ['A=; read -r X <<<"$A"; Y=$?'], "0, X=, Y=0"),
    ("blanks are no words", "dash", ["echo ' ' >f; read X Y <f; Z=$?"], "0, X=, Y=, Z=0"),
    ("back from where it was", "bash", ["pushd / >f; X=$PWD; popd >f; Y=$?"], "0, X=/, Y unknown"),
    ("a number that is none", "dash", ['if [ 2 -gt "$HOME" ]; then X=1; fi; Y=1'], "0, Y=1"),
    ("numbers that are added and counted", "bash", ["X=$((3 - -2)); Y=$((X++ + 1))"], "0, X=6, Y=6"),
    ("a range", "bash", ["case b in [a-c]) X=1;; esac; case B in [a-c]) ;; *) Y=2;; esac"], "0, X=1, Y=2"),
    ("nullglob", "bash", ["shopt -s nullglob; for A in no*; do X=1; done"], "0, X unknown"),
    ("no job to take up again", "bash", ["fg; X=$?"], "unknown, X unknown"),
    ("let counts", "bash", ["let X=2+3; Y=$?"], "0, X=5, Y=0"),
    ("where it is already", "dash", ["set -e; cd . || X=1; Y=1"], "0, X unset, Y=1"),
    ("lines of no file", "bash", ["while read -r A; do X=$A; done < f; Y=1"], "0, Y=1"),
    ("a default, and another text", "dash", ["X=a; X=${X:+b}; Y=${Z:-c}"], "0, X=b, Y=c"),
    ("source behind dashes", "bash", ["echo 'X=1; return 3' >s; source -- ./s; Y=$?"], "unknown, X unknown, Y unknown"),
]  # fmt: skip


def run(items: Sequence[str], shell: str) -> State:
    """The state behind items that run one after the other."""
    variables = {name: Variable(True, literal(value), True) for name, value in ENVIRONMENT.items()}
    given = Given(
        Layers(UNSET, (variables,)),
        lambda path: ABSENT if path.startswith(f"{ROOT}/") else None,
        lambda name: None if name in ("cat", "true") else False,
    )
    beginning = Beginning(literal(ROOT), EMPTY)
    kept = first_state(given, beginning)
    for item in items:
        after = run_item(parse(Text.of(item)), kept, shell, given, beginning, Limits(10_000)).outcome.either
        assert after is not None
        kept = after
    return kept


def told(state: State, names: Sequence[str]) -> str:
    """The status, variables and the directory, in words."""
    status = state.code if state.succeeded is not None else None
    parts = [str(status) if status is not None else "unknown" if state.succeeded is None else "fails"]
    parts += [_in_words(name, state.variable(name)) for name in names]
    return ", ".join(parts)


def _in_words(name: str, variable: Variable) -> str:
    if variable.assigned is False:
        return f"{name} unset"
    if variable.assigned is None or variable.value.text is None:
        return f"{name} unknown"
    return f"{name}={variable.value.text}"


@pytest.mark.parametrize(("shell", "items", "expected"), [row[1:] for row in ITEMS], ids=[row[0] for row in ITEMS])
def test_items(shell: str, items: list[str], expected: str) -> None:
    names = re.findall(r"(?:, )([A-Z]+)", expected)
    assert told(run(items, shell), names) == expected
