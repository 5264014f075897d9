package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/google/uuid"

	"challengebot/internal/english"
	"challengebot/internal/postgres"
	"challengebot/internal/seal"
)

type auditSeal struct {
	Key      string `required:"" placeholder:"FILE" help:"The private key, as audit seal-key made it. Keep it away from the database."`
	Output   string `short:"o" required:"" placeholder:"FILE" help:"Where to write the seal. Keep it away from the database, where its owner cannot change it."`
	Previous string `placeholder:"FILE" help:"The seal before this one; the new one names it."`
}

// Run verifies every trail and seals what stands. What does not verify is not sealed.
func (c *auditSeal) Run(p *program) error {
	key, err := readSealKey(c.Key)
	if err != nil {
		return err
	}
	var previous []byte
	if c.Previous != "" {
		if previous, err = os.ReadFile(c.Previous); err != nil {
			return fmt.Errorf("the seal before cannot be read: %w", err)
		}
	}
	store, err := p.openStore()
	if err != nil {
		return err
	}
	defer store.Close()
	contents, err := readSealContents(p, store)
	if err != nil {
		return err
	}
	s, err := seal.New(contents, p.now(), previous, key)
	if err != nil {
		return err
	}
	text, err := s.Text()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(c.Output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("the seal cannot be written: %w; a seal is never written over another", err)
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("the seal cannot be written: %w", err)
	}
	p.printf("%s sealed, root %s, public key %s\n", english.Count(len(s.Trails), "chain"), s.Root, s.PublicKey)
	return nil
}

// readSealContents verifies every trail and takes its head.
func readSealContents(p *program, store *postgres.Store) (c seal.Contents, err error) {
	sum, err := store.Verify(p.ctx, func(r postgres.VerifyResult) {
		c.Trails = append(c.Trails, seal.Trail{ID: r.ID.String(), Ref: r.Ref, Events: r.Events, Head: r.Head.String()})
	})
	if err != nil {
		return c, err
	}
	if !sum.IsIntact() || sum.Newer > 0 {
		return c, errors.New("not every chain verifies, so nothing is sealed: run challengebot audit verify")
	}
	rows, err := store.ListSealedRows(p.ctx)
	for _, r := range rows {
		c.Rows = append(c.Rows, seal.Row{Table: r.Table, Key: r.Key, Hash: r.Hash})
	}
	return c, err
}

type auditSealKey struct {
	Output string `short:"o" required:"" placeholder:"FILE" help:"Where to write the private key."`
}

// Run makes a key for seals. The file can be read by its owner alone.
func (c *auditSealKey) Run(p *program) error {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("a key cannot be made: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return fmt.Errorf("the key cannot be written: %w", err)
	}
	file, err := os.OpenFile(c.Output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("the key cannot be written: %w; a key is never written over another", err)
	}
	err = pem.Encode(file, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("the key cannot be written: %w", err)
	}
	p.printf("%s written\npublic key %s\nKeep the public key where the database's owner cannot change it: audit verify --seal needs it.\n", c.Output, hex.EncodeToString(public))
	return nil
}

func readSealKey(file string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the key cannot be read: %w; challengebot audit seal-key makes one", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s holds no key; challengebot audit seal-key makes one", file)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s holds no Ed25519 key; challengebot audit seal-key makes one", file)
	}
	return private, nil
}

// compareWithSeal holds the database to a seal from before.
func (c *auditVerify) compareWithSeal(p *program, store *postgres.Store) error {
	public, err := hex.DecodeString(c.PublicKey)
	if err != nil || len(public) != ed25519.PublicKeySize {
		return fmt.Errorf("%w: --public-key is 64 hexadecimal digits, as audit seal-key printed them", errUsage)
	}
	text, err := os.ReadFile(c.Seal)
	if err != nil {
		return fmt.Errorf("the seal cannot be read: %w", err)
	}
	s, err := seal.Parse(text, public)
	if err != nil {
		return fmt.Errorf("the seal %s: %w", c.Seal, err)
	}
	now := seal.Stored{HashAt: map[string]string{}, Rows: map[string]string{}, LastOld: map[string]int{}}
	var places []postgres.EventPlace
	for _, t := range s.Trails {
		id, err := uuid.Parse(t.ID)
		if err != nil {
			return fmt.Errorf("the seal %s: %w", c.Seal, seal.ErrFormat)
		}
		places = append(places, postgres.EventPlace{ID: id, Seq: t.Events})
	}
	hashes, err := store.HashesAt(p.ctx, places)
	if err != nil {
		return err
	}
	for place, hash := range hashes {
		now.HashAt[seal.EventKey(place.ID.String(), place.Seq)] = hash.String()
	}
	rows, err := store.ListSealedRows(p.ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		key := seal.RowKey(r.Table, r.Key)
		now.Rows[key] = r.Hash
		if r.At.Before(s.SureUntil()) {
			now.OldRows = append(now.OldRows, key)
		}
	}
	old, err := store.LastSeqBefore(p.ctx, s.SureUntil())
	if err != nil {
		return err
	}
	for id, seq := range old {
		now.LastOld[id.String()] = seq
	}
	misfits := s.Compare(now)
	for _, m := range misfits {
		p.printf("%s: %s\n", m.What, m.Why)
	}
	if len(misfits) > 0 {
		return fmt.Errorf("%s of what was sealed at %s not so any more: keep this database as it is and compare it with a backup",
			english.CountOf(len(misfits), "piece", "pieces"), s.At.Format("15:04 MST on 2 January 2006"))
	}
	p.printf("the seal of %s fits: %s\n", s.At.Format("15:04 MST on 2 January 2006"), english.Count(len(s.Trails), "chain"))
	return nil
}
