package privacy

import "strings"

// mailCues announce a mailbox of which only the part before the @ may follow.
var mailCues = []string{"邮箱", "郵箱", "信箱", "qqmail", "gmail", "hotmail", "foxmail", "email", "e-mail"}

const (
	shortestMailbox = 5
	longestMailbox  = 32
	longestQQ       = 11 // digits of a QQ number, which is a mailbox too
)

// mailboxes takes what is written of an e-mail address whose domain is told in words or left out: qq邮箱123456789.
func (f *finder) mailboxes() {
	for i := 0; i < len(f.cells); i++ {
		switch r := f.open(i); r {
		case '邮', '郵', '信':
		case 'q', 'g', 'h', 'f', 'e':
			if alnum(f.at(i - 1)) {
				continue
			}
		default:
			continue
		}
		if j := f.afterAny(i, mailCues...); j >= 0 {
			if end := f.mailbox(f.join(j)); end > 0 {
				i = end - 1
			}
		}
	}
}

// mailbox takes the name that starts at cell i and returns the cell after it, 0 when there is none.
func (f *finder) mailbox(i int) int {
	if !alnum(f.open(i)) {
		return 0
	}
	end, digits, letters := i, 0, 0
	for ; localChar(f.open(end)); end++ {
		switch r := f.open(end); {
		case number(r):
			digits++
		case letter(r):
			letters++
		}
	}
	for !alnum(f.open(end - 1)) {
		end--
	}
	v := f.idText(i, end)
	switch {
	case len(v) < shortestMailbox || len(v) > longestMailbox || digits == 0 && letters == len(v) && len(v) < 6 || f.measured(end):
		return 0
	case letters == 0: // a figure: a phone, a card and groups of digits are read by others
		f.readRun(i)
		if digits != len(v) || digits > longestQQ || len(f.run1) > digits || v[0] == '0' || digits == longestQQ && v[0] == '1' {
			return 0
		}
	}
	for _, s := range idStops {
		if strings.HasPrefix(v, s) {
			return 0
		}
	}
	f.take(Email, i, end, v, v[:1]+"***")
	return end
}
