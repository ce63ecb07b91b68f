package privacy

// luhn checks the last digit of a bank card's number (ISO/IEC 7812-1).
func luhn(v []byte) bool {
	sum := 0
	for i := range v {
		d := int(v[len(v)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// issued tells whether a number starts with what card issuers have: 3 to 6 and 9, 2221 to 2720, 81 and 82. Of those
// that start with 2 it takes none that may be an order's, which starts with its day.
func issued(v []byte) bool {
	switch v[0] {
	case '3', '4', '5', '6', '9':
		return true
	case '2':
		first := string(v[:4])
		month, day := string(v[2:4]), string(v[4:6])
		dated := "01" <= month && month <= "12" && "01" <= day && day <= "31"
		return len(v) == 16 && "2221" <= first && first <= "2720" && !dated && distinct(v) >= 3
	case '8':
		return len(v) >= 16 && (v[1] == '1' || v[1] == '2')
	}
	return false
}

// idWeights are those of GB 11643, which are powers of two modulo 11 (ISO 7064 MOD 11-2).
var idWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// identity checks a number of 18 places: region, birthday, check character.
func identity(v []byte) bool {
	if len(v) != 18 || !region(v) || !birthday(v[6:14]) {
		return false
	}
	sum := 0
	for i, w := range idWeights {
		sum += int(v[i]-'0') * w
	}
	return "10X98765432"[sum%11] == v[17]
}

// oldIdentity checks a number of 15 places, of before 1999: region and birthday in the twentieth century.
func oldIdentity(v []byte) bool {
	var day [8]byte
	copy(day[:], "19")
	copy(day[2:], v[6:12])
	return region(v) && birthday(day[:])
}

// region tells whether a number starts with the code of a province (GB/T 2260).
func region(v []byte) bool {
	switch v[0] {
	case '1', '4':
		return '1' <= v[1] && v[1] <= '6'
	case '2':
		return '1' <= v[1] && v[1] <= '3'
	case '3':
		return '1' <= v[1] && v[1] <= '7'
	case '5':
		return '0' <= v[1] && v[1] <= '4'
	case '6':
		return '1' <= v[1] && v[1] <= '5'
	case '7':
		return v[1] == '1'
	case '8':
		return '1' <= v[1] && v[1] <= '3'
	}
	return false
}

// birthday tells whether eight digits are a day from 1900 to 2099.
func birthday(v []byte) bool {
	month, day := int(v[4]-'0')*10+int(v[5]-'0'), int(v[6]-'0')*10+int(v[7]-'0')
	return (v[0] == '1' && v[1] == '9' || v[0] == '2' && v[1] == '0') && month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// areaCode returns how many digits of v are an area code of the mainland's number plan, 0 for none.
func areaCode(v []byte) int {
	switch {
	case len(v) < 4 || v[0] != '0':
		return 0
	case v[1] == '1' && v[2] == '0', v[1] == '2' && v[2] != '6':
		return 3
	case v[1] >= '3':
		return 4
	}
	return 0
}

// distinct returns how many different digits stand in v.
func distinct(v []byte) (n int) {
	var seen [10]bool
	for _, c := range v {
		if d := c - '0'; d < 10 && !seen[d] {
			seen[d] = true
			n++
		}
	}
	return n
}
